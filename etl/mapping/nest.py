"""Nested FHIR columns from flat ones: a struct vanishes with its content, a list holds what is there."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.mapping.frame import Cells, Ints
from etl.mapping.refused import Bools
from etl.mapping.tree import Constant, Items, Part, Sql, Struct


@dataclass(frozen=True)
class Level:
    """Rows to build values for: one row stands for each value, `members` are all rows behind it, in file order."""

    rows: Ints
    members: Ints
    bounds: Ints  # value i has members[bounds[i]:bounds[i + 1]]

    def __len__(self) -> int:
        return len(self.rows)

    def pick(self, keep: Bools) -> "Level":
        if keep.all():
            return self
        inside = np.repeat(keep, np.diff(self.bounds))
        bounds = np.concatenate([[0], np.cumsum(np.diff(self.bounds)[keep])])
        return Level(self.rows[keep], self.members[inside], bounds)


def single(rows: Ints) -> Level:
    """Every row for itself."""
    return Level(rows, rows, np.arange(len(rows) + 1))


def grouped(rows: Ints, keys: list[Cells]) -> Level:
    """Rows that agree in `keys` together, groups in the order of their first row."""
    code = np.zeros(len(rows), np.int64)
    for key in keys:
        at, count = key.codes()
        code = _ranks(code * max(count, 1) + at[rows])
    return _gather(rows, code)


def _ranks(code: Ints) -> Ints:
    """The same number for the same code: 0 for the first, 1 for the next that differs from it, and so on."""
    found: Ints = pa.array(code).dictionary_encode().indices.to_numpy().astype(np.int64)
    return found


def _gather(rows: Ints, code: Ints) -> Level:
    place = _ranks(code)
    bounds = np.concatenate([[0], np.cumsum(np.bincount(place))]).astype(np.int64)
    members = rows if (np.diff(place) >= 0).all() else rows[np.argsort(place, kind="stable")]
    return Level(members[bounds[:-1]] if len(members) else members, members, bounds)


@dataclass
class Nest:
    """Builds parts from computed cells; what it found out about a part's presence is kept for the next question."""

    cells: dict[Sql, Cells]
    length: int
    _present: dict[int, Bools] = field(default_factory=dict)
    _nulls: dict[tuple[pa.DataType, int], pa.Array] = field(default_factory=dict)

    def present(self, part: Part) -> Bools:
        if id(part) not in self._present:
            self._present[id(part)] = self._find(part)
        return self._present[id(part)]

    def _find(self, part: Part) -> Bools:
        if isinstance(part, Constant):
            return np.ones(self.length, bool)
        if isinstance(part, Sql):
            return self.cells[part].present
        inner = _deciding(part) if isinstance(part, Struct) else list(part.entries)
        open_parts = [each for each in inner if not isinstance(each, Constant) and not _constant(each)]
        found = np.ones(self.length, bool)
        if open_parts:
            found = np.logical_or.reduce([self.present(each) for each in open_parts])
        if isinstance(part, Struct) and part.when is not None:
            found = found & (self.cells[part.when].take(None).fill_null(False).to_numpy(zero_copy_only=False))
        return found

    def build(self, part: Part, level: Level, keep: Bools | None = None) -> pa.Array:
        """One value for each row of the level; null where `keep` is false."""
        if isinstance(part, Constant):
            return self._constant(part, len(level), keep)
        if isinstance(part, Sql):
            found = self.cells[part].take(level.rows)
            return found if keep is None else _blank(found, keep)
        if isinstance(part, Struct):
            return self._struct(part, level, keep)
        return self._each(part, level, keep) if part.each is not None else self._items(part, level, keep)

    def _constant(self, part: Constant, count: int, keep: Bools | None) -> pa.Array:
        value = pa.scalar(part.value, part.type)
        if keep is None:
            return pa.repeat(value, count)
        at = pa.array(np.zeros(count, np.int8), mask=~keep)
        return pa.array([part.value], part.type).take(at)

    def _struct(self, part: Struct, level: Level, keep: Bools | None) -> pa.Array:
        found = self.present(part)[level.rows]
        keep = found if keep is None else found & keep
        masked = None if keep.all() else keep
        arrays = [
            self.build(part.parts[field.name], level, masked)
            if field.name in part.parts
            else self._null(field.type, len(level))
            for field in part.type
        ]
        return pa.StructArray.from_arrays(
            arrays, fields=list(part.type), mask=None if masked is None else pa.array(~keep)
        )

    def _null(self, kind: pa.DataType, count: int) -> pa.Array:
        if (kind, count) not in self._nulls:
            self._nulls[kind, count] = pa.nulls(count, kind)
        return self._nulls[kind, count]

    def _items(self, part: Items, level: Level, keep: Bools | None) -> pa.Array:
        """Each entry once a row, where it is there."""
        there = [self.present(entry)[level.rows] for entry in part.entries]
        if keep is not None:
            there = [each & keep for each in there]
        counts = np.sum(there, axis=0)
        built = [self.build(entry, level.pick(each)) for entry, each in zip(part.entries, there, strict=True)]
        values = built[0]
        if len(built) > 1:
            values = pa.concat_arrays(built).take(pa.array(_row_order(there)))
        return _list(values, counts, part.type)

    def _each(self, part: Items, level: Level, keep: Bools | None) -> pa.Array:
        """One entry for every different value of `each` among the members behind a row."""
        assert part.each is not None
        owner = np.repeat(np.arange(len(level)), np.diff(level.bounds))
        there = self.cells[part.each].present[level.members] & self.present(part.entries[0])[level.members]
        if keep is not None:
            there &= keep[owner]
        members, owner = level.members[there], owner[there]
        codes, count = self.cells[part.each].codes()
        inner = _gather(members, owner * max(count, 1) + codes[members])
        first_owner = _owners(inner, members, owner)
        counts = np.bincount(first_owner, minlength=len(level))
        return _list(self.build(part.entries[0], inner), counts, part.type)


def _owners(inner: Level, members: Ints, owner: Ints) -> Ints:
    """Which value each entry belongs to; members stand by owner, so entries do as well."""
    of_row = np.zeros(int(members.max(initial=0)) + 1, np.int64)
    of_row[members] = owner
    found: Ints = of_row[inner.rows]
    return found


def _deciding(part: Struct) -> list[Part]:
    return [part.parts[part.needs]] if part.needs else list(part.parts.values())


def _constant(part: Part) -> bool:
    if isinstance(part, Struct):
        return part.when is None and all(_constant(each) for each in part.parts.values())
    if isinstance(part, Items):
        return part.each is None and all(_constant(each) for each in part.entries)
    return isinstance(part, Constant)


def _blank(found: pa.Array, keep: Bools) -> pa.Array:
    """Null where `keep` is false; mostly it is null there already."""
    valid = found.is_valid().to_numpy(zero_copy_only=False)
    if not (valid & ~keep).any():
        return found
    return found.take(pa.array(np.arange(len(found)), mask=~keep))


def _row_order(there: list[Bools]) -> Ints:
    """Places in the concatenation of all first entries, all second entries ...: row by row."""
    rows = np.concatenate([np.flatnonzero(each) for each in there])
    return np.argsort(rows, kind="stable")


def _list(values: pa.Array, counts: npt.NDArray[np.integer], kind: pa.DataType) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    mask = pa.array(counts == 0) if (counts == 0).any() else None
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind, mask=mask)
