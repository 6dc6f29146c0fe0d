"""Events of a predicate, person by person in the order of time: found, counted, combined without a loop over them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from outcomes.timeline import NEVER, Bools, Ints


@dataclass(frozen=True)
class Hits:
    """k events of g groups (persons, or their encounters); a group's events stand together in the order of time."""

    starts: Ints  # (g + 1,)
    time: Ints  # (k,)
    known: Ints  # (k,) recorded
    by_lane: bool = False  # groups are encounters of persons (Lanes), else persons

    @property
    def group(self) -> Ints:
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def late(self) -> Bools:
        """(k,) became known after they happened."""
        return np.asarray(self.known > self.time)

    def first_from(self, group: Ints, time: Ints, *, equal: bool) -> Ints:
        """(m,) place of the first one at (equal) or after these times; the group's end where there is none."""
        return bisect(self.time, self.starts[group], self.starts[group + 1], time, right=not equal)

    def count(self, group: Ints, low: Ints, high: Ints, closed: tuple[bool, bool]) -> Ints:
        """(m,) how many lie between two times; `closed`: the times themselves count."""
        first = self.first_from(group, low, equal=closed[0])
        return np.asarray(np.maximum(self.first_from(group, high, equal=not closed[1]) - first, 0))

    def only(self, keep: Bools) -> "Hits":
        ends = np.r_[0, np.cumsum(keep)]
        return Hits(ends[self.starts], self.time[keep], self.known[keep], self.by_lane)


def hits(group: Ints, time: Ints, known: Ints, groups: int, *, by_lane: bool = False) -> Hits:
    """Of events in any order."""
    order = np.lexsort((time, group)) if not ascending(group, time) else slice(None)
    starts = np.searchsorted(group[order], np.arange(groups + 1))
    return Hits(starts, time[order], np.maximum(known, time)[order], by_lane)


def ascending(group: Ints, time: Ints) -> bool:
    step = np.diff(group)
    return bool(((step > 0) | ((step == 0) & (np.diff(time) >= 0))).all())


def moments(one: Hits) -> Hits:
    """One event for each moment, known as soon as any of it is."""
    if not len(one.time):
        return one
    group = one.group
    new = np.r_[True, (group[1:] != group[:-1]) | (one.time[1:] != one.time[:-1])]
    known = np.minimum.reduceat(one.known, np.flatnonzero(new))
    return Hits(np.r_[0, np.cumsum(new)][one.starts], one.time[new], known, one.by_lane)


def combined(inputs: Sequence[Hits], *, every: bool) -> Hits:
    """The moments at which every (or any) input has an event. A moment is known when all that it needs is."""
    parts = [moments(one) for one in inputs]
    group, time = np.concatenate([one.group for one in parts]), np.concatenate([one.time for one in parts])
    known, groups = np.concatenate([one.known for one in parts]), len(parts[0].starts) - 1
    order = np.lexsort((known, time, group))
    group, time, known = group[order], time[order], known[order]
    if not len(time):
        return parts[0]
    new = np.r_[True, (group[1:] != group[:-1]) | (time[1:] != time[:-1])]
    first, size = np.flatnonzero(new), np.diff(np.r_[np.flatnonzero(new), len(time)])
    keep = size == len(parts) if every else np.ones(len(first), bool)
    last = first + size - 1
    return hits(
        group[first][keep], time[first][keep], known[last if every else first][keep], groups, by_lane=parts[0].by_lane
    )


def bisect(values: Ints, low: Ints, high: Ints, wanted: Ints, *, right: bool) -> Ints:
    """searchsorted of each wanted number in its own slice low:high of values, which ascend within it."""
    low, high = low.copy(), high.copy()
    if not len(values):
        return low
    for _ in range(int(np.max(high - low, initial=0)).bit_length()):
        open_ = low < high
        middle = np.where(open_, (low + high) // 2, 0)
        seen = values[middle]
        below = (seen <= wanted if right else seen < wanted) & open_
        low = np.where(below, middle + 1, low)
        high = np.where(open_ & ~below, middle, high)
    return low


def at(values: Ints, place: Ints, there: Bools, absent: int = NEVER) -> Ints:
    """values[place] where there is one."""
    if not len(values):
        return np.full(len(place), absent, np.int64)
    return np.where(there, values[np.where(there, place, 0)], absent)
