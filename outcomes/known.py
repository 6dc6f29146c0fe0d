"""The last event of a kind that was known at the time of a prediction."""

import numpy as np

from outcomes.cohort import Cohort
from outcomes.tasks.hits import bisect
from outcomes.timeline import Bools, Ints, Places, Timeline


def latest(timeline: Timeline, cohort: Cohort, wanted: Bools, *, of_encounter: bool = False) -> Ints:
    """(m,) the last of the `wanted` events (n,) recorded by then and, of those, the last to happen; -1: none.

    of_encounter: only those of the prediction's own encounter.
    """
    events = np.flatnonzero(wanted)
    if not len(events):
        return np.full(len(cohort), -1, np.int64)
    if not of_encounter:
        begins = np.searchsorted(events, timeline.starts[cohort.subject])
        ends = np.searchsorted(events, happened(timeline, cohort))
        return _last_recorded(timeline.recorded[events], events, (begins, ends), cohort.at)
    whose, asked = timeline.encounter[events].astype(np.int64), encounters(timeline, cohort).astype(np.int64)
    order = np.lexsort((timeline.time[events], whose))
    events, whose = events[order], whose[order]
    begins, ends = np.searchsorted(whose, asked, "left"), np.searchsorted(whose, asked, "right")
    ends = np.where(asked < 0, begins, ends)
    return _last_recorded(timeline.recorded[events], events, (begins, ends), cohort.at)


def happened(timeline: Timeline, cohort: Cohort) -> Ints:
    """(m,) past the last event of the person that had happened by then."""
    low, high = timeline.starts[cohort.subject], timeline.starts[cohort.subject + 1]
    return bisect(timeline.time, low, high, cohort.at, right=True)


def _last_recorded(recorded: Ints, events: Ints, runs: tuple[Ints, Ints], at: Ints) -> Ints:
    """From the end of each run backwards past what was recorded later: all rows take a step at once."""
    begins, place = runs[0], runs[1] - 1
    open_rows = np.arange(len(at))
    while len(open_rows):
        here = place[open_rows]
        late = (here >= begins[open_rows]) & (recorded[np.maximum(here, 0)] > at[open_rows])
        open_rows = open_rows[late]
        place[open_rows] -= 1
    return np.where(place >= begins, events[np.maximum(place, 0)], -1)


def encounters(timeline: Timeline, cohort: Cohort) -> Places:
    """(m,) place in Timeline.encounters; -1: none."""
    places = {name: k for k, name in enumerate(timeline.encounters)}
    return np.array([places.get(name, -1) for name in cohort.encounter], np.int32)


def coded(timeline: Timeline, prefixes: tuple[str, ...]) -> Bools:
    """(n,) events whose code is one of these, or begins with one that ends in a slash."""
    heads, whole = tuple(p for p in prefixes if p.endswith("/")), {p for p in prefixes if not p.endswith("/")}
    held = np.array([code in whole or (bool(heads) and code.startswith(heads)) for code in timeline.codes], bool)
    return held[timeline.code] if len(held) else np.zeros(len(timeline), bool)
