"""Rows of `findings` out of notes that speak of a named event."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from contract.errors import ConfigError
from models import folder as folders
from nlp.adverse.events import artifact
from nlp.adverse.events.reader import Answer, EventReader

SHIPPED = "shipped"
SOURCE = "note"


def readers(events: Sequence[str]) -> list[EventReader]:
    """Of folders of artifacts, or `shipped`: all that come with chartloom."""
    loaded = [EventReader.load(folder) for folder in _folders(events)]
    often = Counter(each.event.name for each in loaded)
    if twice := sorted(name for name, times in often.items() if times > 1):
        raise ConfigError(
            f"events: {', '.join(twice)} is asked by more than one artifact; expected one of each name. "
            "Where your own replaces a shipped one, name the folders one by one instead of `shipped`."
        )
    return loaded


def _folders(events: Sequence[str]) -> list[Path]:
    return list(dict.fromkeys(f for one in events for f in (artifact.shipped() if one == SHIPPED else [Path(one)])))


def names(events: Sequence[str]) -> list[str]:
    """Of the artifacts, with their digests; nothing is loaded."""
    return [folders.name_of(folder) for folder in _folders(events)]


def by_person(asked: Sequence[EventReader], notes: pa.Table, most: int) -> dict[int, list[dict[str, Any]]]:
    """Rows by subject_id, in the order of their key. `most`: characters of a note that are read."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in event_rows(asked, notes, most):
        found.setdefault(row["subject_id"], []).append(row)
    return {
        subject: sorted(rows, key=lambda row: (row["note_id"], row["finding_id"])) for subject, rows in found.items()
    }


def event_rows(asked: Sequence[EventReader], notes: pa.Table, most: int = 200_000) -> list[dict[str, Any]]:
    """`notes`: note_id, text; subject_id, kind, language where they are there. A silent note gives no row."""
    columns = {name: notes[name].to_pylist() if name in notes.column_names else [None] * len(notes)
               for name in ("subject_id", "note_id", "text", "kind", "language")}  # fmt: skip
    rows: list[dict[str, Any]] = []
    for reader in asked:
        answers = reader.read([(text or "")[:most] for text in columns["text"]], columns["kind"], columns["language"])
        for subject, note, answer in zip(columns["subject_id"], columns["note_id"], answers, strict=True):
            rows.extend(_row(subject, note, answer, reader))
    return rows


def _row(subject: int | None, note: str, answer: Answer | None, reader: EventReader) -> Iterator[dict[str, Any]]:
    if answer is None or not (answer.happened or answer.speaks):
        return
    spans = [{"note_id": note, "start": one.start, "end": one.end, "source": SOURCE, "weight": one.weight}
             for one in answer.evidence]  # fmt: skip
    yield {
        "subject_id": subject,
        "note_id": note,
        "finding_id": reader.event.name,
        "kind": reader.event.name,
        "effect": answer.words or None,
        "assertion": answer.assertion,
        "score": answer.score,
        "notes": 1,
        "evidence": spans,
        "flags": [f"label:{answer.label}"] if len(reader.event.labels) > 2 else [],
        "artifact": reader.name,
    }
