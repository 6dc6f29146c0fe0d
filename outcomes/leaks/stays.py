"""Of each row of a cohort: the events known at the prediction time, in the stay and before, and those after it."""

from dataclasses import dataclass

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import encounters
from outcomes.timeline import ALWAYS, DAY, NEVER, Bools, Ints, Timeline

BEFORE = DAY
"""A stay's window opens a day before its admission: what was done in the emergency room belongs to it."""


@dataclass(frozen=True)
class Pairs:
    """k pairs of a cohort's row and an event of its person, rows in order, events in the order of time."""

    row: Ints  # (k,)
    event: Ints  # (k,)

    def where(self, keep: Bools) -> "Pairs":
        return Pairs(self.row[keep], self.event[keep])


@dataclass(frozen=True)
class Stays:
    """began: admission where the timeline has it, else the cohort's trigger; ended: discharge, else the last event."""

    began: Ints  # (m,)
    ended: Ints  # (m,) NEVER: not known
    inside: Pairs  # in the stay's window and known at the prediction time
    history: Pairs  # before the window, and what has no time
    future: Pairs  # of the same encounter, after the prediction time


def stays(timeline: Timeline, cohort: Cohort, opens: tuple[str, ...], closes: tuple[str, ...]) -> Stays:
    encounter = encounters(timeline, cohort).astype(np.int64)
    began = np.minimum(_bound(timeline, opens, encounter, cohort.began), cohort.at)
    pairs = _pairs(timeline, cohort)
    time, at = timeline.time[pairs.event], cohort.at[pairs.row]
    known = timeline.recorded[pairs.event] <= at
    near = time >= began[pairs.row] - BEFORE
    same = (encounter[pairs.row] >= 0) & (timeline.encounter[pairs.event] == encounter[pairs.row])
    later = pairs.where(~known & same)
    last = np.full(len(cohort), NEVER)
    if len(later.row):
        np.maximum.at(found := np.full(len(cohort), ALWAYS), later.row, timeline.time[later.event])
        last = np.where(found == ALWAYS, NEVER, found)
    ended = _bound(timeline, closes, encounter, last)
    return Stays(began, ended, pairs.where(known & near), pairs.where(known & ~near), later)


def _bound(timeline: Timeline, codes: tuple[str, ...], encounter: Ints, otherwise: Ints) -> Ints:
    """(m,) the time of the encounter's first event whose code begins with one of `codes`."""
    wanted = np.array([code.startswith(codes) for code in timeline.codes], bool)
    found = np.flatnonzero(wanted[timeline.code] & (timeline.encounter >= 0) & (timeline.time != ALWAYS))
    first = np.full(len(timeline.encounters) + 1, NEVER)
    np.minimum.at(first, timeline.encounter[found], timeline.time[found])
    time = first[encounter]
    return np.where((encounter < 0) | (time == NEVER), otherwise, time)


def _pairs(timeline: Timeline, cohort: Cohort) -> Pairs:
    """Every event of the person of every row."""
    low, high = timeline.starts[cohort.subject], timeline.starts[cohort.subject + 1]
    size = high - low
    row = np.repeat(np.arange(len(cohort)), size)
    return Pairs(row, np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + low[row])
