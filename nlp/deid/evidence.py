"""Evidence of results, spans of released notes, as spans of the originals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.offsets import Offsets


@dataclass(frozen=True)
class Evidence:
    originals: Mapping[str, str]  # open note_id -> note_id
    numbers: Mapping[str, int]  # note_id -> its number in the offsets
    offsets: Offsets | None

    @classmethod
    def of(cls, spans: pa.Table | None, originals: Mapping[str, str]) -> "Evidence":
        numbers = {note: place for place, note in enumerate(originals.values())}
        known = Offsets.of(spans, numbers) if spans is not None and len(spans) else None
        return cls(originals, numbers, known)

    def place(self, open_notes: list[str], start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Offsets in the originals of spans of released notes, all of which are known."""
        if self.offsets is None:
            return start, end
        note = np.array([self.numbers[self.originals[opened]] for opened in open_notes], dtype=np.int64)
        return self.offsets.to_original(note, start, end)

    def back(self, column: pa.ChunkedArray) -> pa.Array:
        """Lists of evidence as they are in the originals, without entries of notes that are not known any more."""
        lists = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        parents, each = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
        opened = each.field("note_id")
        known = pc.is_in(opened, value_set=pa.array(list(self.originals), opened.type))
        each, parents, opened = each.filter(known), parents[known.to_numpy(zero_copy_only=False)], opened.filter(known)
        return _listed(lists, parents, self._moved(each, opened.to_pylist()))

    def _moved(self, each: pa.StructArray, open_notes: list[str]) -> pa.StructArray:
        bounds = (np.asarray(each.field(name).fill_null(0)) for name in ("start", "end"))
        start, end = self.place(open_notes, *bounds)
        said = pc.is_null(each.field("start")).to_numpy(zero_copy_only=False)
        changed = {
            "note_id": pa.array([self.originals[note] for note in open_notes], pa.string()),
            "start": pa.array(start, pa.int64(), mask=said),
            "end": pa.array(end, pa.int64(), mask=said),
        }
        arrays = [changed.get(field.name, each.field(field.name)) for field in each.type]
        return pa.StructArray.from_arrays(arrays, fields=list(each.type))


def _listed(lists: pa.ListArray, parents: np.ndarray, each: pa.StructArray) -> pa.Array:
    """The entries in the lists they were of; a null list stays null."""
    counts = np.bincount(parents, minlength=len(lists)) if len(lists) else np.zeros(0, dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    mask = pc.is_null(lists) if lists.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets), each, type=lists.type, mask=mask)
