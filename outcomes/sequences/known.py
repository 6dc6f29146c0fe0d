"""What was known at each prediction: its person's events that were recorded by then, and no others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.cohort import Cohort
from outcomes.timeline import ALWAYS, DAY, HOUR, Bools, Floats, Ints, Timeline

BIRTH = "MEDS_BIRTH"
AGELESS = 1e6
"""Hours before the prediction of what has no time: known from the start."""


@dataclass(frozen=True)
class Known:
    """k events of the rows of a cohort, row by row, of each the order of the timeline."""

    row: Ints  # (k,) place in the cohort, rising
    code: Ints  # (k,) place in the timeline's codes
    value: Floats  # (k,) NaN: none; of a birth the age in years
    hours: Floats  # (k,) from the event to the prediction
    timeless: Bools  # (k,) has no time, or is a birth: true all along

    def __len__(self) -> int:
        return len(self.row)


def known(timeline: Timeline, cohort: Cohort) -> Known:
    first = timeline.starts[cohort.subject]
    counts = timeline.starts[cohort.subject + 1] - first
    row = np.repeat(np.arange(len(cohort)), counts)
    event = np.arange(len(row)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
    heard = timeline.recorded[event] <= cohort.at[row]
    row, event = row[heard], event[heard]
    dated = timeline.time[event] != ALWAYS
    micros = np.where(dated, cohort.at[row] - np.where(dated, timeline.time[event], 0), 0)
    hours = np.where(dated, np.maximum(micros / HOUR, 0), AGELESS).astype(np.float32)
    code = timeline.code[event].astype(np.int64)
    born = dated & (code == _place(timeline, BIRTH))
    value = np.where(born, (micros / (365.25 * DAY)).astype(np.float32), timeline.value[event])
    return Known(row, code, value.astype(np.float32), hours, ~dated | born)


def pieces(cohort: Cohort, rows: int = 2000) -> Iterator[Cohort]:
    """The cohort in parts, so that memory holds the events of so many rows at most."""
    for at in range(0, len(cohort), rows):
        yield cohort.take(np.arange(at, min(at + rows, len(cohort))))


def _place(timeline: Timeline, code: str) -> int:
    return timeline.codes.index(code) if code in timeline.codes else -1
