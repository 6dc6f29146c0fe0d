"""Which rows of one table go with which of another: those with equal cells in some columns, by codes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.frame import Cells, Ints

Pairs = list[tuple[Cells, Cells]]


def first_matches(pairs: Pairs) -> Ints:
    """For each row on the left the first row on the right, or -1."""
    left, right, count = _codes(pairs)
    first = np.full(count + 1, -1)
    there = np.flatnonzero(right >= 0)[::-1]
    first[right[there]] = there
    return first[left]  # code -1 reads the last entry, which is -1


@dataclass(frozen=True)
class Matches:
    """Rows side by side: `left` stands once for each match, and once with `right` -1 where it has none."""

    left: Ints
    right: Ints


def all_matches(pairs: Pairs) -> Matches:
    left, right, count = _codes(pairs)
    there = np.flatnonzero(right >= 0)
    order = there[np.argsort(right[there], kind="stable")]
    many = np.append(np.bincount(right[there], minlength=count), 0)
    starts = np.concatenate(([0], np.cumsum(many)))[:-1]
    repeats = np.maximum(many[left], 1)
    rows = np.repeat(np.arange(len(left)), repeats)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    code = left[rows]
    found = np.full(len(rows), -1)
    has = many[code] > 0
    found[has] = order[starts[code[has]] + within[has]]
    return Matches(rows, found)


def _codes(pairs: Pairs) -> tuple[Ints, Ints, int]:
    """A number a row, the same for equal cells left and right; -1 where one is empty, or the left has none such."""
    left, right, count = _pair(*pairs[0])
    for more in pairs[1:]:
        next_left, next_right, next_count = _pair(*more)
        both = np.concatenate([left, right]) * next_count + np.concatenate([next_left, next_right])
        void = np.concatenate([(left < 0) | (next_left < 0), (right < 0) | (next_right < 0)])
        code, values = pd.factorize(both)
        code = np.where(void, -1, code)
        left, right, count = code[: len(left)], code[len(left) :], len(values)
    return left, right, count


def _pair(left: Cells, right: Cells) -> tuple[Ints, Ints, int]:
    if not pa.types.is_integer(left.values.type) or left.values.type != right.values.type:
        left, right = _text(left), _text(right)
    met = (
        left.values.unique().drop_null()
    )  # the right may be a code table of millions of rows, the left names few of them
    ours, theirs = (
        pc.index_in(values, value_set=met).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        for values in (left.values, right.values)
    )
    return (
        ours if left.at is None else ours[left.at],
        theirs if right.at is None else theirs[right.at],
        len(met),
    )


def _text(found: Cells) -> Cells:
    return found if pa.types.is_string(found.values.type) else Cells(found.values.cast(pa.string()), found.at)


def beside(found: Cells, rows: Ints) -> Cells:
    """The cells at `rows`, null where the row is -1."""
    none = rows < 0
    values, at = found.values, rows if found.at is None else found.at[rows]
    if none.any():
        values = pa.concat_arrays([values, pa.nulls(1, values.type)])
        at = np.where(none, len(values) - 1, at)
    if len(values) > 2 * len(at):  # a large table beside few rows: only what is met
        met, at = np.unique(at, return_inverse=True)
        values = values.take(pa.array(met))
    return Cells(values, at)
