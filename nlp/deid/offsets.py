"""Offsets of released notes and of originals, one mapped to the other: many notes and many spans at a time."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

LONGEST = np.int64(1) << 32  # characters that a note has room for, where all notes lie on one line
Bounds = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Side:
    """Where the identifiers of all notes stand in one of the two texts; notes are numbers, spans in order."""

    note: np.ndarray
    start: np.ndarray
    end: np.ndarray

    @cached_property
    def _line(self) -> np.ndarray:
        found: np.ndarray = self.note * LONGEST + self.start
        return found

    def before(self, note: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The last span that starts at or before each place; -1 where its note has none."""
        if not len(self.note):
            return np.full(len(note), -1)
        found: np.ndarray = np.searchsorted(self._line, note * LONGEST + place, side="right") - 1
        return np.where((found >= 0) & (self.note[found] == note), found, -1)


@dataclass(frozen=True)
class Offsets:
    """phi/spans of some notes. A note that has no spans is the same on both sides."""

    original: Side
    released: Side

    @classmethod
    def of(cls, spans: pa.Table, notes: dict[str, int]) -> "Offsets":
        """`notes` numbers the note_ids (the originals'); spans of other notes are left out."""
        note = np.array([notes.get(name, -1) for name in spans["note_id"].to_pylist()], dtype=np.int64)
        columns = [spans[name].to_numpy() for name in ("start", "end", "open_start", "open_end")]
        order = np.lexsort((columns[0], note))
        order = order[note[order] >= 0]
        note, (start, end, open_start, open_end) = note[order], (column[order] for column in columns)
        return cls(Side(note, start, end), Side(note, open_start, open_end))

    def to_original(self, note: np.ndarray, start: np.ndarray, end: np.ndarray) -> Bounds:
        """Of spans of released texts; what begins or ends in a surrogate takes the whole identifier."""
        return _mapped(self.released, self.original, note, (start, end))

    def to_released(self, note: np.ndarray, start: np.ndarray, end: np.ndarray) -> Bounds:
        return _mapped(self.original, self.released, note, (start, end))


def _mapped(here: Side, there: Side, note: np.ndarray, bounds: Bounds) -> Bounds:
    start, end = bounds
    first = _place(here, there, (note, start), inside=there.start)
    last = _place(here, there, (note, np.maximum(end - 1, start)), inside=there.end - 1) + 1
    return first, np.where(end > start, last, first)


def _place(here: Side, there: Side, at: Bounds, inside: np.ndarray) -> np.ndarray:
    """Of one character each: what `inside` says where it stands in a span, else as far behind the span before it."""
    note, place = at
    span = here.before(note, place)
    if not len(here.note):
        return place
    moved = np.where(place < here.end[span], inside[span], place - here.end[span] + there.end[span])
    found: np.ndarray = np.where(span >= 0, moved, place)
    return found
