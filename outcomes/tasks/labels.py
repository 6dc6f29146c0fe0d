"""The label of each row, where its window ends, and which windows had not ended when the data did."""

import numpy as np

from outcomes.tasks.present import ended
from outcomes.tasks.stays import leaves
from outcomes.tasks.windows import Places
from outcomes.timeline import ALWAYS, NEVER, Bools, Floats, Ints


def labels(places: Places, labelled: bool) -> tuple[Floats, Ints]:
    """(m,) 1, 0 or NaN, and the end of the label's window, cut at the horizon."""
    task, size = places.task, len(places.index)
    if not task.label:
        return np.full(size, np.nan, np.float32), ended(places.scene)
    until = horizon(places, places.point(f"{task.label}.end"))
    if not labelled:
        return np.full(size, np.nan, np.float32), until
    count = places.count(task.label, task.windows[task.label].label, until)
    return ((count == 0) if task.options.absent else (count > 0)).astype(np.float32), until


def horizon(places: Places, until: Ints) -> Ints:
    far = places.task.options.horizon
    index = places.index
    there = (index != NEVER) & (index != ALWAYS)
    cut = np.minimum(until, np.where(there, index, 0) + far)
    return np.asarray(np.where(there, cut, until)) if far else until


def unfinished(places: Places, until: Ints) -> list[tuple[str, Bools]]:
    """Steps and the rows whose label is not known: the stay goes on, its end was never told, the data end too soon."""
    scene, stay = places.scene, places.task.options.stay
    silent = scene.silent[scene.rows.lane] & (ended(scene) == NEVER) if stay else np.zeros(len(until), bool)
    survived = silent if stay and stay.unended == "survived" else np.zeros(len(until), bool)
    endless = until == NEVER
    of_stay = bool(leaves(places.task, [places.task.windows[places.task.label].label]) & scene.own)
    steps = [("censored: the end of the stay is not told", silent & ~survived & (endless | of_stay))]
    steps.append(("censored: the stay has not ended", endless & ~silent))
    bound = places.task.windows[places.task.label].end
    seen = (until == places.point(f"{places.task.label}.end")) & bool(bound.event)  # it ended with an event of the data
    late = until > scene.end[scene.rows.lane]
    steps.append(("censored: the data end before the label's window", ~endless & ~seen & late))
    return steps
