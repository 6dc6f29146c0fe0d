"""What scores ask of a stay: how it came about, how long it lasts, what came before.

Whether a kind of event is delivered at all is told by the whole timeline: where nobody has any, its items are missing.
"""

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import coded, encounters, latest
from outcomes.scores.readings import earlier
from outcomes.scores.scored import Doubles, knowledge
from outcomes.timeline import DAY, HOUR, Bools, Ints, Timeline


def admitted(timeline: Timeline, cohort: Cohort) -> Ints:
    """(m,) when the encounter's stay began; else the time of the trigger."""
    found = latest(timeline, cohort, coded(timeline, ("HOSPITAL_ADMISSION//",)), of_encounter=True)
    return np.where(found >= 0, timeline.time[np.maximum(found, 0)], cohort.began) if len(timeline) else cohort.began


def days(timeline: Timeline, cohort: Cohort) -> Doubles:
    """(m,) midnights from the admission to the discharge, or to the prediction where that is not known yet."""
    found = latest(timeline, cohort, coded(timeline, ("HOSPITAL_DISCHARGE//",)), of_encounter=True)
    left = timeline.time[np.maximum(found, 0)] if len(timeline) else cohort.at
    end = np.where(found >= 0, left, cohort.at)
    return np.maximum(end // DAY - admitted(timeline, cohort) // DAY, 0).astype(np.float64)


def urgent(timeline: Timeline, cohort: Cohort) -> Doubles:
    """(m,) 1: through an emergency; 0: not; NaN: nothing in the timeline tells emergencies from others."""
    rule = knowledge("stays")
    says = coded(timeline, tuple(rule["emergency"]["codes"]))
    planned = coded(timeline, tuple(rule["planned"]))
    visits = coded(timeline, tuple(rule["emergency"]["visits"]))
    if not (says.any() or visits.any() or planned.any()):
        return np.full(len(cohort), np.nan)
    coming = _led_here(timeline, cohort, visits)
    said = latest(timeline, cohort, says, of_encounter=True) >= 0
    return (said | coming).astype(np.float64)


def _led_here(timeline: Timeline, cohort: Cohort, visits: Bools) -> Bools:
    """An emergency visit so shortly before, or of the same encounter."""
    start = admitted(timeline, cohort) + 1
    near = knowledge("stays")["emergency"]["hours"] / 24
    own = latest(timeline, cohort, visits, of_encounter=True) >= 0
    return np.asarray((earlier(timeline, cohort, visits, near, start) > 0) | own)


def admissions(timeline: Timeline, cohort: Cohort, before: float) -> Doubles:
    """(m,) stays that began in the days before this one; NaN where nobody has two: earlier ones are not delivered."""
    wanted = coded(timeline, ("HOSPITAL_ADMISSION//",))
    if not (np.bincount(timeline.subject[wanted], minlength=1) > 1).any():
        return np.full(len(cohort), np.nan)
    return earlier(timeline, cohort, wanted, before, admitted(timeline, cohort))


def emergencies(timeline: Timeline, cohort: Cohort, before: float) -> Doubles:
    """(m,) emergency visits in the days before the admission, less those that led to it; NaN: none are delivered."""
    visits = coded(timeline, tuple(knowledge("stays")["emergency"]["visits"]))
    if not visits.any():
        return np.full(len(cohort), np.nan)
    hours = knowledge("stays")["emergency"]["hours"]
    start = admitted(timeline, cohort)
    return earlier(timeline, cohort, visits, before - hours / 24, start - int(hours * HOUR))


def during(timeline: Timeline, cohort: Cohort, heads: tuple[str, ...]) -> Doubles:
    """(m,) 1: the encounter has such an event; 0: not; NaN: nobody has."""
    wanted = coded(timeline, heads)
    if not wanted.any():
        return np.full(len(cohort), np.nan)
    return (latest(timeline, cohort, wanted, of_encounter=True) >= 0).astype(np.float64)


def service(timeline: Timeline, cohort: Cohort, heads: tuple[str, ...], names: frozenset[str]) -> Doubles:
    """(m,) 1: the last known ward or service of the encounter is one of the names; 0: another; NaN: none is known."""
    found = latest(timeline, cohort, coded(timeline, heads), of_encounter=True)
    one = np.array([code.split("//", 1)[-1].upper() in names for code in timeline.codes], bool)
    said = one[timeline.code[np.maximum(found, 0)]] if len(timeline) else np.zeros(len(cohort), bool)
    told = (found >= 0) & (encounters(timeline, cohort) >= 0)
    return np.where(told, said.astype(np.float64), np.nan)
