"""NOTES.jsonl and PATIENTS.ndjson of `bench.deid`: notes with spans and decoys, and FHIR Patients."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from contract.errors import InputError


@dataclass(frozen=True)
class GoldNote:
    note_id: str
    patient_id: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    decoys: tuple[tuple[int, int], ...] = ()
    language: str = ""  # empty: what the text looks like


def read_notes(path: Path) -> list[GoldNote]:
    return [_note(row, f"{path.name}, line {number}") for number, row in _lines(path)]


def read_patients(path: Path) -> dict[str, dict[str, Any]]:
    """FHIR Patients by id; other resources are left out."""
    rows = [row for _, row in _lines(path) if row.get("resourceType", "Patient") == "Patient"]
    if not rows:
        raise InputError(f"{path.name} holds no FHIR Patient; expected one resource a line.")
    return {str(row["id"]): row for row in rows}


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _object(line, f"{path.name}, line {number}")


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise InputError(f"{where} is not JSON; expected one object a line.") from None
    if not isinstance(row, dict):
        raise InputError(f"{where} is no object; expected one object a line.")
    return row


def _note(row: dict[str, Any], where: str) -> GoldNote:
    try:
        spans = tuple(sorted((int(s["start"]), int(s["end"]), str(s["label"])) for s in row["spans"]))
        decoys = tuple((int(d[0]), int(d[1])) for d in row.get("decoys", ()))
        note = GoldNote(
            str(row["note_id"]), str(row["patient_id"]), row["text"], spans, decoys, row.get("language", "")
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            f"{where}: {type(error).__name__}; expected note_id, patient_id, text, spans [{{start, end, label}}], "
            "decoys [[start, end, text]]."
        ) from None
    if any(end > len(note.text) for _, end, _ in spans):
        raise InputError(f"{where}: a span ends beyond the text. Offsets count characters, not bytes.")
    return note
