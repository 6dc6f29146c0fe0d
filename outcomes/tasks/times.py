"""Time from each prediction to what happens first: for survival with competing risks."""

import numpy as np

from contract.errors import ConfigError
from outcomes.cohort import Cohort, Times
from outcomes.tasks.predicates import Found, find
from outcomes.tasks.present import first
from outcomes.tasks.stays import Rows, Scene, leaves
from outcomes.tasks.task import Task
from outcomes.tasks.triggers import triggers
from outcomes.timeline import DAY, NEVER, SECOND, Ints, Timeline


def times(task: Task, timeline: Timeline, cohort: Cohort) -> Times:
    """Two things at the same moment (death and the discharge of the dead): the first of the kinds counts.

    Censored at the horizon; else, if all kinds are of the stay, at the last data of the stay; else at the data's end.
    """
    return times_of(find(task, timeline), cohort)


def times_of(found: Found, cohort: Cohort) -> Times:
    task, asked = found.task, found.task.options.event_time
    if asked is None:
        raise ConfigError(
            f"task {task.name} asks for no time: write `event_time: {{event: PREDICATE, competing: [PREDICATE]}}` "
            "under `metadata: chartloom:`"
        )
    kinds = (asked.event, *asked.competing)
    scene = standing(triggers(found), cohort)
    moments = np.stack([first(scene, scene.hits(kind)) for kind in kinds])
    kind, soonest = np.argmin(moments, axis=0) + 1, moments.min(0)
    limit = censoring(scene, kinds)
    if task.options.horizon:
        limit = np.where(soonest == NEVER, limit, NEVER)
        limit = np.minimum(limit, cohort.at + task.options.horizon)
        happened = soonest <= limit
    else:
        happened = soonest != NEVER
    end = np.maximum(np.where(happened, soonest, limit), cohort.at + SECOND)
    horizons = tuple(each.offset / DAY for each in task.options.horizons)
    return Times(kinds, (end - cohort.at) / DAY, np.where(happened, kind, 0), horizons)


def standing(scene: Scene, cohort: Cohort) -> Scene:
    """The same lanes, seen from the cohort's rows at their prediction times."""
    place = {name: at for at, name in enumerate(scene.found.timeline.encounters)}
    encounter = np.array([-1 if name is None else place[name] for name in cohort.encounter], np.int64)
    if scene.found.task.options.stay is None:
        return scene.seen_from(Rows(cohort.subject, cohort.subject, encounter, cohort.at))
    people, encounters = scene.lanes
    width = len(place) + 1
    lane = np.searchsorted(people * width + encounters + 1, cohort.subject * width + encounter + 1)
    return scene.seen_from(Rows(cohort.subject, lane, encounter, cohort.at))


def censoring(scene: Scene, kinds: tuple[str, ...]) -> Ints:
    of_stay = all(leaves(scene.found.task, [kind]) <= scene.own for kind in kinds)
    return scene.last[scene.rows.lane] if of_stay else scene.end[scene.rows.lane]
