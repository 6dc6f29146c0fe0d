"""Rows of `findings` out of notes that speak of a named event."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from nlp.adverse.events import artifact
from nlp.adverse.events.reader import Answer, EventReader

SHIPPED = "shipped"
SOURCE = "note"


def readers(events: Sequence[str]) -> list[EventReader]:
    """Of folders of artifacts, or `shipped`: all that come with chartloom."""
    folders = [folder for one in events for folder in (artifact.shipped() if one == SHIPPED else [Path(one)])]
    return [EventReader.load(folder) for folder in dict.fromkeys(folders)]


def event_rows(asked: Sequence[EventReader], notes: pa.Table) -> list[dict[str, Any]]:
    """`notes`: note_id, text; subject_id, kind, language where they are there. A silent note gives no row."""
    columns = {name: notes[name].to_pylist() if name in notes.column_names else [None] * len(notes)
               for name in ("subject_id", "note_id", "text", "kind", "language")}  # fmt: skip
    rows: list[dict[str, Any]] = []
    for reader in asked:
        answers = reader.read([text or "" for text in columns["text"]], columns["kind"], columns["language"])
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
