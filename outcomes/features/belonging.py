"""Which of the known events belong to the stay that is predicted, and which to no stay at all, as of the prediction."""

from dataclasses import dataclass

import numpy as np

from outcomes.cohort import Cohort
from outcomes.features.asof import Known
from outcomes.timeline import NEVER, Bools, Ints, Places, Timeline

ADMISSION = "HOSPITAL_ADMISSION"


@dataclass(frozen=True)
class Belonging:
    """Of the p pairs of a Known."""

    own: Bools  # of the encounter that was admitted: also what is dated by day, and so lies before the minute
    outside: Bools  # of no encounter of which an admission to hospital was known by then


def belonging(timeline: Timeline, cohort: Cohort, piece: Known, admitted: Ints) -> Belonging:
    row = piece.row
    encounter = timeline.encounter[piece.event]
    own = np.asarray(encounter == encounters(timeline, cohort)[row])
    return Belonging(own, np.asarray(admitted[piece.event] > cohort.at[row]))


def encounters(timeline: Timeline, cohort: Cohort) -> Places:
    """(m,) place in Timeline.encounters; -2: not there."""
    wanted = set(cohort.encounter.tolist())
    place = {name: at for at, name in enumerate(timeline.encounters) if name in wanted}
    return np.array([place.get(name, -2) for name in cohort.encounter], np.int32)


def admissions(timeline: Timeline) -> Ints:
    """(n,) when an admission to hospital was first recorded for the event's person and encounter; NEVER: it was not."""
    out = np.full(len(timeline), NEVER)
    codes = np.array([code.startswith(ADMISSION) for code in timeline.codes], bool)
    event = np.flatnonzero(codes[timeline.code] & (timeline.encounter >= 0))
    if not len(event):
        return out
    some = np.zeros(len(timeline.encounters), bool)
    some[timeline.encounter[event]] = True
    inside = np.flatnonzero((timeline.encounter >= 0) & some[timeline.encounter])
    subject, count = timeline.subject, len(timeline.encounters)
    keys = subject[event] * count + timeline.encounter[event]
    known, where = np.unique(keys, return_inverse=True)
    first = np.full(len(known), NEVER)
    np.minimum.at(first, where, timeline.recorded[event])
    key = subject[inside] * count + timeline.encounter[inside]
    place = np.minimum(np.searchsorted(known, key), len(known) - 1)
    out[inside] = np.where(known[place] == key, first[place], NEVER)
    return out
