"""A document whose spans somebody has marked, and a reader of such documents as JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from contract.errors import InputError


@dataclass(frozen=True)
class Marked:
    name: str
    text: str
    spans: tuple[tuple[int, int, str], ...]  # start, end (exclusive), label; in order
    patient: str = ""


def read_lines(path: Path) -> list[Marked]:
    """NOTES.jsonl: note_id, patient_id, text, spans [{start, end, label}]."""
    return list(_lines(path))


def _lines(path: Path) -> Iterator[Marked]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _document(line, f"{path.name}, line {number}")


def _document(line: bytes, where: str) -> Marked:
    try:
        row = orjson.loads(line)
        spans = sorted((int(s["start"]), int(s["end"]), str(s["label"])) for s in row["spans"])
        document = Marked(str(row.get("note_id", "")), row["text"], tuple(spans), str(row.get("patient_id", "")))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{where}: {type(error).__name__}; expected an object with text and spans [{{start, end, label}}]."
        ) from None
    if spans and spans[-1][1] > len(document.text):
        raise InputError(f"{where}: a span ends beyond the text. Offsets count characters, not bytes.")
    return document
