"""Notes through the gate: each is rewritten with surrogates, or withheld with a rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from nlp.deid.audit.own import own_leaks
from nlp.deid.drawing import Drawing
from nlp.deid.keys import Secret, rekey
from nlp.deid.note import Note
from nlp.deid.person import Person
from nlp.deid.pieces import cuts
from nlp.deid.pipeline import Pipeline
from nlp.deid.screen import language_of, message, objection
from nlp.deid.span import Span
from nlp.deid.surrogates.rewrite import rewrite

BATCH = 64
"""Notes that go through the layers together: networks want many, memory few."""

Row = Mapping[str, Any]


@dataclass
class Released:
    """`rows`: what passes, of phi/notes with the text rewritten; rows of phi/spans and phi/notes_withheld beside it."""

    rows: list[Row] = field(default_factory=list)
    spans: list[Row] = field(default_factory=list)
    withheld: list[Row] = field(default_factory=list)


@dataclass
class NoteGate:
    """`refused`: note_id -> rule, of what the policy withholds."""

    pipeline: Pipeline
    languages: Sequence[str]
    persons: Callable[[int], Person]
    surrogates: Callable[[int], Drawing]
    secrets: Mapping[int, Secret]
    refused: Mapping[str, str]

    def release(self, notes: pa.Table) -> Released:
        released = Released()
        for start in range(0, len(notes), BATCH):
            self._batch(notes.slice(start, BATCH).to_pylist(), released)
        return released

    def _batch(self, rows: Sequence[Row], released: Released) -> None:
        ready: list[tuple[Row, Note]] = []
        for row in rows:
            text = row["text"] or ""
            language = language_of(text, row["language"], self.languages)
            if rule := self._objection(row, text, language):
                released.withheld.append(self._held(row, rule))
            else:
                ready.append((row, Note(text, language, row["time"], self.persons(row["subject_id"]))))
        found = self.pipeline.spans([note for _, note in ready])
        for (row, note), spans in zip(ready, found, strict=True):
            self._rewrite(row, note, spans, released)

    def _objection(self, row: Row, text: str, language: str) -> str:
        if row["subject_id"] is None:
            return "no-patient"
        return self.refused.get(row["note_id"], "") or objection(text, language, self.languages)

    def _rewrite(self, row: Row, note: Note, spans: Sequence[Span], released: Released) -> None:
        surrogates = self.surrogates(row["subject_id"])
        text, places = rewrite(
            note.text, spans, lambda found, label: surrogates.of(found, label, note.language, note.time)
        )
        if any(own_leaks(note.person, [text[start:end] for start, end in cuts(text)])):
            released.withheld.append(self._held(row, "deid-leak"))
            return
        released.rows.append({**row, "text": text, "language": note.language})
        released.spans += self._spans(row, spans, places)

    def _spans(self, row: Row, spans: Sequence[Span], places: Sequence[tuple[int, int]]) -> list[Row]:
        open_id = rekey(self.secrets[row["subject_id"]].salt, "note", row["note_id"])
        return [
            {"subject_id": row["subject_id"], "note_id": row["note_id"], "start": span.start, "end": span.end,
             "label": span.label, "layer": span.layer, "score": span.score, "open_note_id": open_id,
             "open_start": start, "open_end": end}
            for span, (start, end) in zip(spans, places, strict=True)
        ]  # fmt: skip

    def _held(self, row: Row, rule: str) -> Row:
        return {"note_id": row["note_id"], "subject_id": row["subject_id"], "rule": rule,
                "message": message(rule, self.languages)}  # fmt: skip
