"""Spoils a folder of CSV tables as dirty_spec.yaml says, and keeps the truth: which line is bad and how."""

import csv
import io
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.errors import InputError

Spec = Mapping[str, Any]
Cells = list[str]


@dataclass(frozen=True)
class Line:
    """One physical line. No ways: it is good."""

    text: bytes
    ways: tuple[str, ...] = ()
    person: str = ""  # whose row it is, before it was spoiled


@dataclass
class Truth:
    """Lines by file and number. `cells` counts the filled cells of spoiled tables, `spoiled` those changed."""

    lines: dict[tuple[str, int], Line] = field(default_factory=dict)
    cells: int = 0
    spoiled: int = 0

    def bad(self) -> dict[tuple[str, int], tuple[str, ...]]:
        return {place: line.ways for place, line in self.lines.items() if line.ways}

    def good(self) -> dict[tuple[str, int], bytes]:
        return {place: line.text for place, line in self.lines.items() if not line.ways}


def spoil_folder(source: Path, out: Path, spec: Spec) -> Truth:
    """Writes the spoiled tables into `out`; tables that the spec leaves alone are copied."""
    out.mkdir(parents=True)
    draw = random.Random(spec["seed"])
    truth = Truth()
    lost: set[str] = set()
    named = spec["person"]["table"]
    for file in sorted(source.glob("*.csv"), key=lambda f: (f.stem != named, f.name)):
        if file.stem not in spec["tables"]:
            shutil.copyfile(file, out / file.name)
            continue
        lines = list(_spoil_table(file, spec, draw, truth))
        if file.stem == named:
            lost = {line.person for line in lines if line.ways and not _key_intact(line, spec)}
        kept = [_orphan(line, lost, spec) if file.stem != named else line for line in lines]
        truth.lines.update({(file.name, number): line for number, line in enumerate(kept, start=2)})
        header = file.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
        (out / file.name).write_bytes(b"\n".join([header, *(line.text for line in kept)]) + b"\n")
    return truth


def _orphan(line: Line, lost: set[str], spec: Spec) -> Line:
    if line.person in lost and not line.ways:
        return Line(line.text, (spec["person"]["way"],), line.person)
    return line


def _key_intact(line: Line, spec: Spec) -> bool:
    """The line reads as CSV and its first cell, the key, is the person it was."""
    if any("line" in spec["ways"][way] for way in line.ways):
        return False
    return line.text.decode().split(",", 1)[0] == line.person


def _spoil_table(file: Path, spec: Spec, draw: random.Random, truth: Truth) -> Iterator[Line]:
    said = spec["tables"][file.stem]
    share = spec.get("share_of", {}).get(file.stem, spec["share"])
    text = file.read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(rows) != len(text.splitlines()):
        raise InputError(f"{file.stem}: a cell holds a line break, so a row is not a line; give another input folder.")
    header = rows.pop(0)
    whose = next((header.index(c) for c in [*said.get("patient", ()), spec["person"]["key"]] if c in header), -1)
    owned = "patient" in said or file.stem == spec["person"]["table"]
    for cells in rows:
        filled = [at for at, cell in enumerate(cells) if cell]
        picked = [at for at in filled if draw.random() < share]
        truth.cells += len(filled)
        line = Line(write_row(cells), (), cells[whose] if owned else "")
        yield _spoil_row(line, cells, _fitting(header, cells, picked, said, spec), spec, draw, truth)


def _fitting(header: Cells, cells: Cells, picked: Sequence[int], said: Spec, spec: Spec) -> list[tuple[int, Cells]]:
    """For every cell picked, the ways that make it unmistakably bad."""
    return [(at, ways) for at in picked if (ways := list(_ways(header, cells, at, said, spec)))]


def _ways(header: Cells, cells: Cells, at: int, said: Spec, spec: Spec) -> Iterator[str]:
    types = _types(header, cells, at, said)
    for name, way in spec["ways"].items():
        if "line" in way:
            fits = _breakable(cells, at, way["line"])
        else:
            fits = not types.isdisjoint([*way["cells"], *way.get("also", ())])
        if fits:
            yield name


def _breakable(cells: Cells, at: int, how: str) -> bool:
    """A cut must lose something; a quote must find no other that closes it."""
    return any(cells[at + 1 :]) if how == "cut" else how != "open-quote" or b'"' not in write_row(cells)


def _types(header: Cells, cells: Cells, at: int, said: Spec) -> set[str]:
    column = header[at]
    types = {kind for kind, columns in said.items() if kind != "number_if" and column in columns}
    for other, value in said.get("number_if", {}).get(column, {}).items():
        if cells[header.index(other)] == value:
            types.add("number")
    return types


def _spoil_row(
    line: Line, cells: Cells, fitting: list[tuple[int, Cells]], spec: Spec, draw: random.Random, truth: Truth
) -> Line:
    """The row with every drawn cell spoiled; a way that changes the line stands alone, lest two undo each other."""
    ways: list[str] = []
    spoiled = list(cells)
    draw.shuffle(fitting)
    for at, names in fitting:
        weights = [spec["ways"][name]["weight"] for name in names]
        name = draw.choices(names, weights)[0]
        if "line" in spec["ways"][name]:
            if ways:
                continue
            truth.spoiled += 1
            return Line(break_line(cells, at, spec["ways"][name]["line"]), (name,), line.person)
        spoiled[at] = _written(cells[at], spec["ways"][name])
        ways.append(name)
    truth.spoiled += len(ways)
    return Line(write_row(spoiled), tuple(ways), line.person) if ways else line


def _written(cell: str, way: Spec) -> str:
    """What the way writes: a time keeps looking like a time where the spec says how."""
    return str(way.get("also", {}).get("time", way["write"]) if "T" in cell else way["write"])


def break_line(cells: Cells, at: int, how: str) -> bytes:
    before, cell, after = write_row(cells[:at]), write_row(cells[at : at + 1]), write_row(cells[at + 1 :])
    head = before + b"," if at else b""
    tail = b"," + after if at + 1 < len(cells) else b""
    return {
        "open-quote": head + b'"' + cell + tail,
        "extra-cell": head + cell + b",x" + tail,
        "cut": head + cell,
        "byte-ff": head + b"\xff" + cell + tail,
    }[how]


def write_row(cells: Cells) -> bytes:
    """As Synthea writes: quotes only where a cell needs them."""
    return ",".join(f'"{_doubled(cell)}"' if set(cell) & set(',"\n\r') else cell for cell in cells).encode()


def _doubled(cell: str) -> str:
    return cell.replace('"', '""')
