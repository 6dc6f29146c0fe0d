"""Who is in hospital at a moment, and when "now" is: the last data time of an open stay, not the clock."""

import numpy as np

from outcomes.tasks.hits import Hits, at
from outcomes.tasks.stays import Scene
from outcomes.tasks.task import When
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


def overlapping(scene: Scene) -> Bools:
    """(m,) stays that begin before another one of the person, that began earlier, has ended; and that other one."""
    rows, stay = scene.rows, scene.found.task.options.stay
    assert stay is not None
    end = first(scene, scene.hits(stay.discharge))
    end = np.where(end == NEVER, rows.time, end)  # one without end is not held against others
    stays = np.unique(rows.lane, return_index=True)[1]  # its first trigger
    rows, end = rows.take(stays), end[stays]
    size, rank = len(end), np.argsort(np.argsort(end, kind="stable"), kind="stable")
    order = np.lexsort((end, rows.time, rows.subject))
    latest = np.maximum.accumulate((rows.subject * size + rank)[order])  # of each person the latest end so far
    before = np.r_[-1, latest[:-1]][:size]
    other = np.argsort(rank)[before % max(size, 1)]
    crossed = (before // max(size, 1) == rows.subject[order]) & (rows.time[order] < end[other])
    found = np.zeros(size, bool)
    found[order[crossed]] = found[other[crossed]] = True
    return np.asarray(np.isin(scene.rows.lane, rows.lane[found]))


def now(scene: Scene) -> Ints:
    """(m,) when the last fact of the stay became known, or it ended. What is only a date counts from its beginning."""
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
    over = ended(scene)
    return np.asarray(np.maximum(np.maximum(last, scene.rows.time), np.where(over == NEVER, ALWAYS, over)))


def ended(scene: Scene) -> Ints:
    """(m,) the discharge or death that ends the stay; NEVER."""
    stay = scene.found.task.options.stay
    if stay is None:
        return np.full(len(scene.rows.time), NEVER)
    names = [name for name in (stay.discharge, stay.death) if name]
    return np.asarray(np.minimum.reduce([first(scene, scene.hits(name)) for name in names]))


def running_on(scene: Scene) -> Bools:
    """(m,) stays without end that are not silent."""
    return np.asarray((ended(scene) == NEVER) & ~scene.silent[scene.rows.lane])
