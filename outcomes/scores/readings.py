"""Items of scores read from a timeline as they were known: last values, answers, counts."""

from collections.abc import Sequence

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import coded, latest
from outcomes.scores.scored import Doubles
from outcomes.timeline import DAY, HOUR, Bools, Timeline

TURNED = {  # units in which values are still delivered where the code has no canonical one: factor, offset
    "[degF]": (5 / 9, -160 / 9),
    "degF": (5 / 9, -160 / 9),
    "g/L": (0.1, 0.0),
}


def value(
    timeline: Timeline, cohort: Cohort, codes: Sequence[str], plausible: tuple[float, float], *, hours: float | None
) -> Doubles:
    """(m,) the last plausible one: of the hours before, or (None) of the prediction's own encounter; NaN: none."""
    wanted = coded(timeline, tuple(codes))
    numbers = _turned(timeline, wanted)
    inside = wanted & (numbers >= plausible[0]) & (numbers <= plausible[1])
    found = latest(timeline, cohort, inside, of_encounter=hours is None)
    return np.where(recent(timeline, cohort, found, hours), numbers[np.maximum(found, 0)], np.nan)


def _turned(timeline: Timeline, wanted: Bools) -> Doubles:
    numbers = np.where(wanted, timeline.value, np.nan).astype(np.float64) if len(timeline) else np.full(1, np.nan)
    for place, unit in enumerate(timeline.units):
        if unit in TURNED and len(timeline.unit):
            factor, offset = TURNED[unit]
            here = wanted & (timeline.unit == place)
            numbers[here] = numbers[here] * factor + offset
    return numbers


def recent(timeline: Timeline, cohort: Cohort, found: np.ndarray, hours: float | None) -> Bools:
    """(m,) found, and in the hours before the prediction."""
    if hours is None or not len(timeline):
        return np.asarray(found >= 0)
    return np.asarray((found >= 0) & (timeline.time[np.maximum(found, 0)] > cohort.at - int(hours * HOUR)))


def answered(timeline: Timeline, cohort: Cohort, codes: Sequence[str], alert: Sequence[str], hours: float) -> Doubles:
    """(m,) 0: the last answer is one of `alert`; 1: another; NaN: none."""
    if not len(timeline.text):
        return np.full(len(cohort), np.nan)
    wanted = coded(timeline, tuple(codes)) & (timeline.text >= 0)
    found = latest(timeline, cohort, wanted)
    well = np.array([text.strip().lower() in {a.lower() for a in alert} for text in timeline.texts], bool)
    said = well[np.maximum(timeline.text[np.maximum(found, 0)], 0)] if len(well) else np.zeros(len(cohort), bool)
    return np.where(recent(timeline, cohort, found, hours), np.where(said, 0.0, 1.0), np.nan)


def earlier(timeline: Timeline, cohort: Cohort, wanted: Bools, days: float, before: np.ndarray) -> Doubles:
    """(m,) how many of the wanted events (n,) happened in the days before `before` (m,), and were known by then."""
    events = np.flatnonzero(wanted)
    whose = timeline.subject[events]
    begins, ends = np.searchsorted(whose, cohort.subject, "left"), np.searchsorted(whose, cohort.subject, "right")
    size = ends - begins
    row = np.repeat(np.arange(len(cohort)), size)
    nth = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    event = events[np.repeat(begins, size) + nth]
    time = timeline.time[event]
    counted = (
        (time < before[row]) & (time >= before[row] - int(days * DAY)) & (timeline.recorded[event] <= cohort.at[row])
    )
    return np.bincount(row[counted], minlength=len(cohort)).astype(np.float64)
