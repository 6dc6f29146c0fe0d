"""Plants errors of every kind into a CSV folder and writes down where: file, line, column, kind.

Lines are counted from 1, the header being line 1. An error touches one physical line; files with quoted line
breaks (notes.csv) are left alone. Kinds that a reader can survive cell by cell name a column; others have none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import ConfigError

LEFT_ALONE = ("notes",)
TIMES = ("DATE", "START", "STOP", "BIRTHDATE", "SERVICEDATE", "START_YEAR")
NUMBERS = ("BASE_COST", "TOTALCOST", "BASE_ENCOUNTER_COST", "QUANTITY", "LAT")
REQUIRED = ("PATIENT", "CODE", "START", "DATE", "BIRTHDATE", "PATIENTID", "Id")
PERSONS = ("PATIENT", "PATIENTID")
Cells = list[str]
Planted = tuple[str, int, str, str]  # file, line, column ('' for the whole line), kind


@dataclass(frozen=True)
class Kind:
    """columns: where it can be planted ('' for the whole line); spoil: the cell (or line) to what stands there."""

    columns: tuple[str, ...]
    spoil: Callable[[str, Random], bytes]


def _text(words: list[str]) -> Callable[[str, Random], bytes]:
    return lambda _cell, rng: words[int(rng.random() * len(words))].encode()


def _cut(line: str, rng: Random) -> bytes:
    """At a comma, so that cells are missing, or inside one."""
    return line[: max(1, int(len(line) * (0.2 + 0.5 * rng.random())))].rsplit(",", 1)[0].encode()


def _stray_quote(cell: str, rng: Random) -> bytes:
    place = int(rng.random() * len(cell))
    return (cell[:place] + '"' + cell[place:]).encode()


def _bad_bytes(cell: str, rng: Random) -> bytes:
    return cell.encode() + rng.choice([b"\xe9", b"\xff\xfe", b"\xc3\x28", b"caf\xe9"])


def _extra(line: str, rng: Random) -> bytes:
    return line.encode() + rng.choice([b",", b",,x", b",1,2,3"])


KINDS: dict[str, Kind] = {
    "unparseable_time": Kind(TIMES, _text(["yesterday", "2019-13-45", "32/13/2018", "20I9-05-01", "not a date"])),
    "unparseable_number": Kind(NUMBERS, _text(["abc", "1O.5", "--3", "12..4"])),
    "year_9999": Kind(TIMES, _text(["9999-12-31", "9999-12-31T23:59:59Z"])),
    "missing_required": Kind(REQUIRED, lambda _cell, _rng: b""),
    "unknown_patient": Kind(PERSONS, lambda _cell, rng: str(UUID(int=rng.getrandbits(128))).encode()),
    "impossible_value": Kind(("VALUE",), _text(["-999999", "1e30", "NaN", "99999999"])),
    "truncated_line": Kind(("",), _cut),
    "extra_delimiter": Kind(("",), _extra),
    "stray_quote": Kind(("DESCRIPTION", "ADDRESS", "CODE"), _stray_quote),
    "invalid_utf8": Kind(("DESCRIPTION", "ADDRESS", "CITY", "LAST"), _bad_bytes),
    "duplicate_row": Kind(("",), lambda line, _rng: line.encode() + b"\n" + line.encode()),
}


def plant_errors(csv: Path, truth: Path, *, share: float, seed: int, kinds: tuple[str, ...] = tuple(KINDS)) -> int:
    """Spoils this share of the data lines of every file in place; returns how many."""
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise ConfigError(f"error kinds {', '.join(unknown)} are not known; choose from {', '.join(KINDS)}.")
    planted: list[Planted] = []
    for number, path in enumerate(sorted(csv.glob("*.csv"))):
        if path.stem not in LEFT_ALONE:
            planted += _plant(path, Random(seed * 1000 + number), share, kinds)
    columns = list(zip(*planted, strict=True)) if planted else [(), (), (), ()]
    types = {"file": pa.string(), "line": pa.int64(), "column": pa.string(), "kind": pa.string()}
    truth.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({n: pa.array(c, t) for (n, t), c in zip(types.items(), columns, strict=True)}), truth)
    return len(planted)


@dataclass
class Planter:
    """One file's state while errors are planted."""

    file: str
    names: Cells
    rng: Random
    options: dict[str, list[int]]  # kind to column numbers (-1 for the whole line)
    planted: list[Planted]

    def spoil(self, line: str, number: int) -> bytes:
        """The line with an error in it, or as it was where the drawn cell is empty."""
        kind = self.rng.choice(list(self.options))
        place = self.rng.choice(self.options[kind])
        cells = line.split(",")
        if place >= 0 and not _fits(kind, cells, place):
            return line.encode()
        number += kind == "duplicate_row"  # the copy stands on the next line
        self.planted.append((self.file, number, self.names[place] if place >= 0 else "", kind))
        if place < 0:
            return KINDS[kind].spoil(line, self.rng)
        before, after = ",".join(cells[:place]), ",".join(cells[place + 1 :])
        spoiled = KINDS[kind].spoil(cells[place], self.rng)
        return (
            (before.encode() + b"," if place else b"")
            + spoiled
            + (b"," + after.encode() if after or place < len(cells) - 1 else b"")
        )


def _fits(kind: str, cells: Cells, place: int) -> bool:
    """The cell holds something; values are spoilt in numeric rows only."""
    return bool(cells[place]) and (kind != "impossible_value" or cells[-1] == "numeric")


def _plant(path: Path, rng: Random, share: float, kinds: tuple[str, ...]) -> list[Planted]:
    """Line by line into a new file that then takes the old one's place; memory stays small."""
    spoiled = path.with_suffix(".spoiled")
    with path.open("rb") as lines, spoiled.open("wb") as out:
        header = next(lines)
        names = header.decode().strip().split(",")
        found = {k: _places(names, KINDS[k].columns) for k in kinds}
        options = {k: places for k, places in found.items() if places}
        planter = Planter(path.name, names, rng, options, [])
        out.write(header)
        number = 1
        for line in lines:
            number += 1
            if options and rng.random() < share:
                made = planter.spoil(line.decode().rstrip("\n"), number)
                number += made.count(b"\n")
                out.write(made + b"\n")
            else:
                out.write(line)
    spoiled.replace(path)
    return planter.planted


def _places(names: Cells, columns: tuple[str, ...]) -> list[int]:
    """Column numbers; -1 for the whole line."""
    return [names.index(c) if c else -1 for c in columns if not c or c in names]
