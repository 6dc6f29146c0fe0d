"""Events grouped by column and prediction, and what is aggregated of each group."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from outcomes.timeline import ALWAYS, HOUR, Bools, Floats, Ints, Places

HALF_LIFE = 6.0
"""Hours, of `recent`."""
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Groups:
    """g groups of at least one event, by column, then row; the k events stand group by group in the order of time."""

    column: Places  # (g,)
    row: Places  # (g,)
    starts: Ints  # (g,) the first event of each group
    time: Ints  # (k,)
    value: Floats  # (k,)
    own: Bools  # (k,) of the stay itself
    outside: Bools  # (k,) of no stay in hospital

    @property
    def size(self) -> Ints:
        return np.diff(self.starts, append=len(self.time))

    @property
    def last(self) -> Ints:
        return self.starts + self.size - 1

    def within(self, low: Ints, high: Ints) -> "Groups":
        """What lies in the window low..high of its row; groups of which nothing is left are gone."""
        return self.where(self.between(low, high))

    def between(self, low: Ints, high: Ints) -> Bools:
        """(k,)"""
        first, last = (np.repeat(one[self.row], self.size) for one in (low, high))
        return np.asarray((self.time >= first) & (self.time <= last))

    def where(self, inside: Bools) -> "Groups":
        if inside.all():
            return self
        left = np.add.reduceat(inside, self.starts, dtype=np.int64)
        some = left > 0
        starts = np.r_[0, np.cumsum(left[some])][:-1]
        events = (self.time[inside], self.value[inside], self.own[inside], self.outside[inside])
        return Groups(self.column[some], self.row[some], starts, *events)


def order(rows: Ints, column: Places, columns: int) -> tuple[Places, Ints]:
    """By column, then row, stable: the order and, of each column, where it starts. rows (m + 1,): where rows start.

    A counting sort, linear in the number of events, as scipy has it for sparse matrices.
    """
    shape = (len(rows) - 1, columns)
    places = np.arange(len(column), dtype=np.int32)
    turned = sparse.csr_array((places, column, rows.astype(np.int32)), shape=shape).tocsc()
    return turned.data, turned.indptr


def group(rows: Ints, column: Places, columns: int) -> tuple[Places, Places, Places, Ints]:
    """The order of the events; of each group its column, row and start."""
    by, starts = order(rows, column, columns)
    row = np.repeat(np.arange(len(rows) - 1, dtype=np.int32), np.diff(rows))[by]
    new = np.ones(len(by), bool)
    new[1:] = row[1:] != row[:-1]
    new[starts[:-1][starts[:-1] < len(by)]] = True
    first = np.flatnonzero(new)
    return by, column[by[first]], row[first], first


def count(groups: Groups, _: Ints) -> Doubles:
    return groups.size.astype(float)


def first(groups: Groups, _: Ints) -> Floats:
    return groups.value[groups.starts]


def last(groups: Groups, _: Ints) -> Floats:
    return groups.value[groups.last]


def least(groups: Groups, _: Ints) -> Floats:
    return np.minimum.reduceat(groups.value, groups.starts)


def most(groups: Groups, _: Ints) -> Floats:
    return np.maximum.reduceat(groups.value, groups.starts)


def total(groups: Groups, _: Ints) -> Doubles:
    return np.add.reduceat(groups.value.astype(float), groups.starts)


def mean(groups: Groups, at: Ints) -> Doubles:
    return total(groups, at) / groups.size


def std(groups: Groups, at: Ints) -> Doubles:
    """Of the population; NaN of a single value."""
    size = groups.size
    off = groups.value - np.repeat(mean(groups, at), size)
    return np.where(size > 1, np.sqrt(np.add.reduceat(off * off, groups.starts) / size), np.nan)


def slope(groups: Groups, _: Ints) -> Doubles:
    """Least squares, per hour; NaN where all events have one time, or one of them has none."""
    size = groups.size
    ends = groups.time[groups.last]
    hours = (groups.time - np.repeat(ends, size)) / HOUR  # from the last event: exact before it becomes a float
    value = groups.value - np.repeat(groups.value[groups.starts], size).astype(float)
    t, v, tv, tt = (np.add.reduceat(x, groups.starts) for x in (hours, value, hours * value, hours * hours))
    spread = size * tt - t * t
    timeless = groups.time[groups.starts] == ALWAYS
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((spread > 1e-9 * size * tt) & ~timeless, (size * tv - t * v) / spread, np.nan)


def span(groups: Groups, _: Ints) -> Doubles:
    """Hours from the first to the last event."""
    return _hours(groups.time[groups.starts], groups.time[groups.last])


def since(groups: Groups, at: Ints) -> Doubles:
    """Hours from the last event to the prediction."""
    return _hours(groups.time[groups.last], at[groups.row])


def recent(groups: Groups, _: Ints) -> Doubles:
    """The mean, a value counting half as much each HALF_LIFE before the last one."""
    size = groups.size
    hours = _hours(groups.time, np.repeat(groups.time[groups.last], size))  # from the last one: no weight is 0 alone
    weight = np.exp2(-np.nan_to_num(hours, nan=np.inf) / HALF_LIFE)
    top, bottom = (np.add.reduceat(x, groups.starts) for x in (weight * groups.value, weight))
    with np.errstate(invalid="ignore"):
        return np.asarray(top / bottom)


def change(groups: Groups, _: Ints) -> Floats:
    """Of the last value against the first; NaN of a single one."""
    return np.where(groups.size > 1, groups.value[groups.last] - groups.value[groups.starts], np.float32(np.nan))


def _hours(start: Ints, end: Ints) -> Doubles:
    return np.where(start == ALWAYS, np.nan, (end - np.where(start == ALWAYS, end, start)) / HOUR)


Aggregate = Callable[[Groups, Ints], Floats | Doubles]
AGGREGATE: Mapping[str, Aggregate] = {
    "count": count, "first": first, "last": last, "min": least, "max": most, "mean": mean, "std": std, "sum": total,
    "slope": slope, "recent": recent, "change": change, "span": span, "since": since,
}  # fmt: skip


def by_column(groups: Groups, columns: int) -> list[slice]:
    """Of each column its groups."""
    bounds = np.searchsorted(groups.column, np.arange(columns + 1))
    return [slice(int(a), int(b)) for a, b in pairwise(bounds)]
