"""Facts of after the prediction time, which no honest value can tell but through the patient's state."""

from dataclasses import dataclass

import numpy as np

from outcomes.cohort import Cohort
from outcomes.leaks.leak import Kind, Severity
from outcomes.leaks.limits import limits
from outcomes.leaks.stays import Stays
from outcomes.leaks.strength import Numbers
from outcomes.timeline import ALWAYS, DAY, HOUR, NEVER, Ints, Timeline

SUMMED = 6
"""Codes whose totals over the stay are facts: those with the most events after the prediction time."""
BUSY = 3
"""Events a row that a code must have after the prediction time, for its total to be one."""
YEARS = 50.0 * 365
CLOCK = "the time of the prediction"


@dataclass(frozen=True)
class Fact:
    name: str
    kind: Kind
    values: Numbers  # (m,) NaN: not known
    code: str = ""  # the code it is a total of: that code's own columns may tell it
    least: float = 0.0  # correlation, where more than the usual is asked for
    severity: Severity = "certain"


def facts(timeline: Timeline, cohort: Cohort, stays: Stays) -> list[Fact]:
    rows = len(cohort)
    ended = stays.ended != NEVER
    left = np.where(ended, (np.where(ended, stays.ended, 0) - cohort.at) / HOUR, np.nan)
    later, wait = _later(timeline, cohort)
    every = np.bincount(stays.future.row, minlength=rows).astype(float)
    found = [
        Fact("days left in the stay", "total", np.maximum(left, 0)),
        Fact("later encounters", "look_ahead", later),
        Fact("days to the next encounter", "look_ahead", wait),
        Fact(CLOCK, "identifier", cohort.at.astype(float), least=limits().clock, severity="likely"),
    ]
    if np.median(every) >= BUSY * SUMMED:
        found.append(Fact("events after the index time", "total", every))
    return [*found, *_totals(timeline, stays, rows)]


def _later(timeline: Timeline, cohort: Cohort) -> tuple[Numbers, Numbers]:
    """(m,) admissions of the person after the prediction time, and days to the first of them."""
    opens = np.array([code.startswith(limits().opens[:1]) for code in timeline.codes], bool)
    event = np.flatnonzero(opens[timeline.code] & (timeline.time != ALWAYS)) if len(opens) else np.zeros(0, np.int64)
    subject, time = timeline.subject[event], timeline.time[event]
    end = np.searchsorted(subject, cohort.subject, side="right")
    first = _after(subject, time, cohort)
    wait = np.full(len(cohort), YEARS)
    has = first < end
    wait[has] = (time[first[has]] - cohort.at[has]) / DAY
    return (end - first).astype(float), wait


def _after(subject: Ints, time: Ints, cohort: Cohort) -> Ints:
    """(m,) place of the first event of the row's subject that is later than its prediction time."""
    low, high = (np.searchsorted(subject, cohort.subject, side=side) for side in ("left", "right"))
    pairs = zip(low, high, cohort.at, strict=True)
    return np.array([a + np.searchsorted(time[a:b], at, side="right") for a, b, at in pairs], np.int64)


def _totals(timeline: Timeline, stays: Stays, rows: int) -> list[Fact]:
    code = timeline.code[stays.future.event]
    often = np.bincount(code, minlength=len(timeline.codes))
    value = np.nan_to_num(timeline.value[stays.future.event])
    found = []
    for place in np.argsort(-often, kind="stable")[:SUMMED]:
        mine = code == place
        if often[place] < BUSY * rows or not value[mine].any():
            continue
        summed = np.bincount(stays.future.row[mine], value[mine], minlength=rows).astype(np.float64)
        name = timeline.codes[place]
        found.append(Fact(f"what {name} comes to after the index time", "total", summed, name))
    return found
