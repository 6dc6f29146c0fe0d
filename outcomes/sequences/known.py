"""What was known at each prediction, as sequences read it: code, value in the usual unit, hours before."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.cohort import Cohort
from outcomes.features import asof
from outcomes.features.tally import usable
from outcomes.timeline import ALWAYS, DAY, HOUR, Bools, Floats, Ints, Places, Timeline

BIRTH = "MEDS_BIRTH"
AGELESS = 1e6
"""Hours before the prediction of what has no time: known from the start."""


@dataclass(frozen=True)
class Known:
    """k events of the rows of a cohort, row by row, of each the order of the timeline."""

    row: Ints  # (k,) place in the cohort, rising
    code: Ints  # (k,) place in the timeline's codes
    value: Floats  # (k,) NaN: none, or not in the usual unit; of a birth the age in years
    hours: Floats  # (k,) from the event to the prediction
    timeless: Bools  # (k,) has no time, or is a birth: true all along

    def __len__(self) -> int:
        return len(self.row)


def known(timeline: Timeline, cohort: Cohort, unit: Places) -> Iterator[Known]:
    """In pieces that memory holds; the first is empty. unit: (codes,) the usual one, place in Timeline.units."""
    yield _told(timeline, cohort, asof.Known(0, np.zeros(1, np.int64), np.zeros(0, np.int32)), unit)
    for piece in asof.known(timeline, cohort):
        yield _told(timeline, cohort, piece, unit)


def _told(timeline: Timeline, cohort: Cohort, piece: asof.Known, unit: Places) -> Known:
    row, event = piece.row.astype(np.int64) + piece.first, piece.event
    dated = timeline.time[event] != ALWAYS
    micros = np.where(dated, cohort.at[row] - np.where(dated, timeline.time[event], 0), 0)
    hours = np.where(dated, micros / HOUR, AGELESS).astype(np.float32)
    code = timeline.code[event].astype(np.int64)
    born = dated & (code == _place(timeline, BIRTH))
    value = np.where(usable(timeline, event, unit[code]), timeline.value[event], np.nan)
    value = np.where(born, micros / (365.25 * DAY), value).astype(np.float32)
    return Known(row, code, value, hours, ~dated | born)


def _place(timeline: Timeline, code: str) -> int:
    return timeline.codes.index(code) if code in timeline.codes else -1
