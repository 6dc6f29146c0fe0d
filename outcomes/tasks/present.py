"""Who is in hospital at a moment, and when "now" is: the last data time of an open stay, not the clock."""

from collections.abc import Sequence

import numpy as np

from outcomes.cohort import Cohort
from outcomes.tasks.hits import Hits, at
from outcomes.tasks.stays import Scene
from outcomes.tasks.task import Task, When
from outcomes.tasks.windows import Places
from outcomes.timeline import ALWAYS, DAY, HOUR, NEVER, Bools, Ints


def in_progress(places: Places, when: When) -> Bools:
    """Neither discharged nor dead. An end that is only a date leaves all its day; at `discharge` only death counts."""
    stay, scene, index = places.task.options.stay, places.scene, places.index
    assert stay is not None
    days, group = scene.whole_days, scene.rows.lane
    that_day = days.count(group, index, index, (True, True)) > 0
    going = np.ones(len(index), bool)
    for name in filter(None, (stay.discharge, stay.death)):
        end = first(scene, scene.hits(name))
        at_end = np.full(len(index), name == stay.discharge) if when.event else that_day
        going &= (index < end) | (at_end & (index == end))
    return going


def first(scene: Scene, hits: Hits) -> Ints:
    """(m,) the first event from the trigger on; NEVER."""
    group = scene.group(hits)
    place = hits.first_from(group, scene.rows.time, equal=True)
    there = place < hits.starts[group + 1]
    return at(hits.time, place, there)


def now(scene: Scene) -> Ints:
    """(m,) when the last fact of the stay became known. A fact that is only a date counts from its beginning."""
    timeline = scene.found.timeline
    gap = timeline.recorded - timeline.time
    vague = (gap == DAY) | (gap == DAY - HOUR) | (gap == DAY + HOUR)
    known = np.where(vague | (timeline.recorded == NEVER), timeline.time, timeline.recorded)
    by_encounter = np.full(len(timeline.encounters) + 1, ALWAYS)
    np.maximum.at(by_encounter, timeline.encounter, known)
    last = by_encounter[scene.rows.encounter]
    alone = scene.rows.encounter < 0
    if alone.any():
        whole = np.maximum.reduceat(known, timeline.starts[:-1])
        last = np.where(alone, whole[scene.rows.subject], last)
    return np.asarray(np.maximum(last, scene.rows.time))


def current(scene: Scene, task: Task, parts: Sequence[Cohort]) -> Cohort:
    """One row at the last data time of each open stay, where no prediction time lies there already."""
    stay, last = task.options.stay, now(scene)
    assert stay is not None
    over = np.minimum(*(first(scene, scene.hits(name)) for name in (stay.discharge, stay.death or stay.discharge)))
    open_ = (over == NEVER) & ~scene.silent[scene.rows.lane]
    names = np.array([*scene.found.timeline.encounters, None], object)
    have = {
        (int(subject), encounter, int(began), int(at))
        for part in parts
        for subject, encounter, began, at in zip(part.subject, part.encounter, part.began, part.at, strict=True)
    }
    rows = scene.rows
    for row in np.flatnonzero(open_):
        key = int(rows.subject[row]), names[rows.encounter[row]], int(rows.time[row]), int(last[row])
        open_[row] = key not in have
    rows, size = rows.take(open_), int(open_.sum())
    return Cohort(
        task.name, ("",), rows.subject, names[rows.encounter], rows.time, last[open_],
        np.full(size, NEVER), np.full((size, 1), np.nan, np.float32),
    )  # fmt: skip
