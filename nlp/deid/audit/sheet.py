"""The reviewer's sheet: released notes drawn at random for a person to read, and the leak rate that follows."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa

from contract.errors import InputError

COLUMNS = ("number", "note_id", "words", "leaks", "what", "remark")
SURE = 0.95
Part = tuple[str, str]  # text, and the label of what it stands for; empty where it is the note's own


@dataclass(frozen=True)
class Rate:
    """Of notes that were read. `upper`: with 95 % confidence the share of all notes that leak is not above it."""

    reviewed: int
    leaking: int
    rate: float
    upper: float

    def __str__(self) -> str:
        return (
            f"{self.leaking} of {self.reviewed} notes leak ({self.rate:.2%}); "
            f"with {SURE:.0%} confidence at most {self.upper:.2%} of all"
        )


def files(notes: pa.Table, spans: pa.Table) -> Mapping[str, bytes]:
    """sheet.html to read and sheet.csv to fill in. `spans`: rows of phi/spans, which say what was replaced."""
    marks = _marks(spans)
    drawn = [{**row, "parts": parts(row["text"], marks.get(row["note_id"], []))} for row in notes.to_pylist()]
    return {"sheet.html": _page(drawn), "sheet.csv": _table(drawn)}


def parts(text: str, marks: list[tuple[int, int, str]]) -> list[Part]:
    """The text cut where something was replaced."""
    made: list[Part] = []
    at = 0
    for start, end, label in sorted(marks):
        if at <= start < end <= len(text):
            made += [(text[at:start], ""), (text[start:end], label)]
            at = end
    return [part for part in [*made, (text[at:], "")] if part[0]]


def _marks(spans: pa.Table) -> dict[str, list[tuple[int, int, str]]]:
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row in spans.select(["open_note_id", "open_start", "open_end", "label"]).to_pylist():
        if row["open_note_id"] and row["open_start"] is not None:
            found[row["open_note_id"]].append((row["open_start"], row["open_end"], row["label"]))
    return found


def _page(drawn: list[dict[str, Any]]) -> bytes:
    from jinja2 import Environment, StrictUndefined  # only nights that draw a sheet need it

    page = resources.files("nlp.deid.audit").joinpath("sheet.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(page)
    return template.render(notes=drawn).encode("utf-8", "replace")


def _table(drawn: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([k, row["note_id"], len(row["text"].split()), "", "", ""] for k, row in enumerate(drawn, 1))
    return out.getvalue().encode()


def read(*sheets: Path) -> Rate:
    """The leak rate of sheets that were filled in, of one night or of several; notes left empty were not read."""
    said = [_leaks(path, number, row) for path in sheets for number, row in enumerate(_rows(path), 2)]
    return rate(sum(leaks > 0 for leaks in said if leaks is not None), sum(leaks is not None for leaks in said))


def _rows(path: Path) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    if rows and "leaks" not in rows[0]:
        raise InputError(
            f"{path.name} has no column `leaks`; expected {', '.join(COLUMNS)}. Fill in the sheet as it was drawn."
        )
    return rows


def _leaks(path: Path, line: int, row: Mapping[str, str]) -> int | None:
    said = (row["leaks"] or "").strip()
    if said and not said.isdigit():
        raise InputError(
            f"{path.name}, line {line}: leaks is no whole number; write how many places leak, 0 for none, "
            "or leave it empty for a note that was not read."
        )
    return int(said) if said else None


def rate(leaking: int, reviewed: int) -> Rate:
    """Clopper and Pearson, one-sided: exact also where nothing was found (then about 3 / n, the rule of three)."""
    from scipy.stats import beta

    if reviewed <= 0:
        raise InputError("no note of the sheet was read, so nothing can be said; fill in the column `leaks`.")
    upper = 1.0 if leaking >= reviewed else float(beta.ppf(SURE, leaking + 1, reviewed - leaking))
    return Rate(reviewed, leaking, leaking / reviewed, upper)
