"""Where a task begins: one row for each moment of its trigger, and whose encounter it is."""

import numpy as np

from outcomes.tasks.hits import Hits, at, moments
from outcomes.tasks.language import Plain
from outcomes.tasks.predicates import Found
from outcomes.tasks.stays import Rows, Scene, leaves
from outcomes.timeline import Ints


def triggers(found: Found, *, alone: bool = False) -> Scene:
    """One row for each moment of a trigger; with `stay`, one for each encounter that has it at that moment.

    `alone`: nothing that other persons' data say decides.
    """
    task, timeline = found.task, found.timeline
    of = moments(found.hits(task.trigger))
    place, encounter = encounters(found, of)
    subject, time = of.group[place], of.time[place]
    if task.options.stay is None:
        first = np.r_[True, np.diff(place) != 0][: len(place)]
        subject, time, encounter = subject[first], time[first], encounter[first]
        lanes = np.arange(len(timeline.subjects)), np.full(len(timeline.subjects), -1, np.int64)
        return Scene(found, Rows(subject, subject, encounter, time), lanes, alone)
    width = len(timeline.encounters) + 1
    keys, lane = np.unique(subject * width + encounter + 1, return_inverse=True)
    return Scene(found, Rows(subject, lane, encounter, time), (keys // width, keys % width - 1), alone)


def encounters(found: Found, of: Hits) -> tuple[Ints, Ints]:
    """Pairs of a moment's place and an encounter of the trigger's events then, -1 where they have none; sorted."""
    task, timeline = found.task, found.timeline
    names = [name for name in leaves(task, [task.trigger]) if not is_static(found, name)]
    rows = np.unique(np.concatenate([np.zeros(0, np.int64), *(found.timed(name) for name in names)]))
    rows = rows[timeline.encounter[rows] >= 0]
    subject, time = found.subject[rows].astype(np.int64), timeline.time[rows]
    place = of.first_from(subject, time, equal=True)
    meant = at(of.time, place, place < of.starts[subject + 1]) == time
    width = len(timeline.encounters) + 1
    pairs = place[meant] * width + timeline.encounter[rows[meant]] + 1
    without = np.ones(len(of.time), bool)
    without[place[meant]] = False
    keys = np.unique(np.concatenate([pairs, np.flatnonzero(without) * width]))
    return keys // width, keys % width - 1


def is_static(found: Found, name: str) -> bool:
    its = found.task.predicates[name]
    return isinstance(its, Plain) and its.static
