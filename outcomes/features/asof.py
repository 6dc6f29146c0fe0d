"""The as-of join: which events are known at each prediction. Nothing after this file looks at the clock again."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import happened
from outcomes.timeline import Ints, Places, Timeline

MOST = 4_000_000
"""Pairs of prediction and event held at once, some 60 bytes each; one prediction is never cut."""


@dataclass(frozen=True)
class Known:
    """p pairs of a prediction and an event recorded by then; a prediction's pairs stand together, in order of time."""

    first: int  # the cohort's row that is row 0 here
    starts: Ints  # (m + 1,) the first pair of each row, and p
    event: Places  # (p,)

    @property
    def row(self) -> Places:
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))


def known(timeline: Timeline, cohort: Cohort, most: int = MOST) -> Iterator[Known]:
    """All rows of the cohort in pieces of at most `most` events (at least one row)."""
    low = timeline.starts[cohort.subject]
    high = happened(timeline, cohort)
    ends = np.cumsum(high - low)
    first = 0
    while first < len(cohort):
        before = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, before + most, "right")), first + 1)
        yield _join(timeline, cohort.at[first:last], low[first:last], high[first:last], first)
        first = last


def _join(timeline: Timeline, at: Ints, low: Ints, high: Ints, first: int) -> Known:
    size = high - low
    starts = np.r_[0, np.cumsum(size)]
    event = np.repeat(low - starts[:-1], size) + np.arange(starts[-1])
    in_time = timeline.recorded[event] <= np.repeat(at, size)
    if in_time.all():
        return Known(first, starts, event.astype(np.int32))
    return Known(first, np.r_[0, np.cumsum(in_time)][starts], event[in_time].astype(np.int32))
