"""Words that a result took from a note, read again in the original where a surrogate stood in them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from nlp.deid.evidence import Evidence


@dataclass(frozen=True)
class Wording:
    evidence: Evidence
    released: pa.Table | None  # notes
    originals: pa.Table | None  # phi/notes

    def read_again(self, rows: pa.Table, column: str) -> pa.Array:
        """The column with each value as the original has it, where the evidence shows from where it was taken."""
        values = rows[column].to_pylist()
        lists = rows["evidence"].to_pylist()
        made = [self._original(value, entries or ()) for value, entries in zip(values, lists, strict=True)]
        return pa.array(made, rows.schema.field(column).type)

    def _original(self, value: str | None, entries: Any) -> str | None:
        """A bare number is what was read out of the words: one of its digits in a surrogate's date is chance."""
        if not any(letter.isalpha() for letter in value or ""):
            return value
        for entry in entries:
            text = self._released.get(entry["note_id"], "")
            start = text.find(value or "", entry["start"], entry["end"]) if entry["start"] is not None else -1
            if start >= 0:
                return self._cut(entry["note_id"], start, start + len(value or "")) or value
        return value

    def _cut(self, open_note: str, start: int, end: int) -> str:
        first, last = self.evidence.place([open_note], np.array([start]), np.array([end]))
        return self._texts.get(self.evidence.originals[open_note], "")[int(first[0]) : int(last[0])]

    @cached_property
    def _released(self) -> dict[str, str]:
        """Texts by open note_id, of the notes that are known."""
        return {note: text for note, text in _pairs(self.released) if note in self.evidence.originals}

    @cached_property
    def _texts(self) -> dict[str, str]:
        return dict(_pairs(self.originals))


def _pairs(notes: pa.Table | None) -> list[tuple[str, str]]:
    if notes is None or not len(notes):
        return []
    texts = (text or "" for text in notes["text"].to_pylist())
    return list(zip(notes["note_id"].to_pylist(), texts, strict=True))
