"""From a task and a timeline to the cohort: who is predicted when, with what label, and where the others were lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort, Loss
from outcomes.tasks.horizons import within
from outcomes.tasks.labels import labels, unfinished
from outcomes.tasks.predicates import Found, find
from outcomes.tasks.present import in_progress, now, overlapping, running_on
from outcomes.tasks.stays import Scene
from outcomes.tasks.targets import learned
from outcomes.tasks.task import Task, When
from outcomes.tasks.triggers import triggers
from outcomes.tasks.windows import Places
from outcomes.timeline import ALWAYS, NEVER, Bools, Floats, Ints, Timeline


@dataclass
class Sieve:
    """Rows that are left, and what every step took."""

    scene: Scene
    when: When
    at: str = ""  # name of the prediction time, where there are several
    now: Ints | None = None  # (m,) when scoring: no prediction is later
    losses: list[Loss] = field(default_factory=list)
    left: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.left = np.ones(len(self.scene.rows.time), bool)

    def keep(self, step: str, which: Bools, *, always: bool = False) -> None:
        """A step that takes nobody is told where `always`."""
        went = self.left & which
        if always or went.sum() < self.left.sum():
            step = f"{self.at}: {step}" if self.at else step
            self.losses.append(Loss(step, *self.size(self.left, went)))
        self.left = went

    def size(self, before: Bools, after: Bools) -> tuple[int, int, int, int]:
        people = self.scene.rows.subject
        return int(before.sum()), int(after.sum()), len(np.unique(people[before])), len(np.unique(people[after]))


def select(
    task: Task,
    timeline: Timeline,
    *,
    labelled: bool = True,
    targets: Sequence[str] | None = None,
    rows: pa.Table | None = None,
    alone: bool = False,
) -> Cohort:
    """`labelled` False: only what is known at the prediction time decides, and labels are NaN: for scoring.

    `alone`: a person's data end with their own last event, whoever stands beside them; scoring always does so.

    `targets`: those of a task with many, as they were learned; else they are learned from this cohort.
    `rows`: the table of the timeline, where a predicate asks for other columns.
    """
    found = find(task, timeline, rows)
    scene, losses = beginnings(found, alone or not labelled)
    last = None if labelled else now(scene)
    parts: list[Cohort] = []
    covered = np.zeros(len(scene.rows.time), bool)
    for variant, when in variants(task):
        sieve = Sieve(scene, when, when.name if len(task.options.prediction_times) > 1 else "", last)
        places = Places(scene, variant)
        parts.append(part(places, sieve, labelled))
        losses += sieve.losses
        covered |= sieve.left & (places.index == last)
    if last is not None and task.at_now and task.options.stay:
        parts.append(current(task, scene.take(running_on(scene) & ~covered), losses))
    whole = joined(task, parts, tuple(losses))
    if task.options.horizons:
        return within(found, whole, labelled=labelled)
    if task.options.targets is None:
        return whole
    return learned(found, whole, targets, labelled=labelled)


def current(task: Task, scene: Scene, losses: list[Loss]) -> Cohort:
    """One row of each at the last data time."""
    last = now(scene)
    sieve = Sieve(scene, When("now"), "now", last)
    made = part(Places(scene, task, last), sieve, labelled=False)
    losses += sieve.losses
    return made


def variants(task: Task) -> Iterator[tuple[Task, When]]:
    """The task at each of its prediction times."""
    for when in task.options.prediction_times:
        yield task.at(when), when
    if not task.options.prediction_times:
        yield task, When("")


def beginnings(found: Found, alone: bool = False) -> tuple[Scene, list[Loss]]:
    """The triggers of persons who fit, and the first losses."""
    scene, task = triggers(found, alone=alone), found.task
    people, everybody = found.persons(), len(found.timeline.subjects)
    some = len(np.unique(scene.rows.subject))
    rows = len(scene.rows.time)
    losses = [Loss(f"trigger: {task.trigger}", rows, rows, everybody, some)]
    losses += [Loss(f"no event fits predicate {name}", rows, rows, some, some) for name in found.unseen()]
    sieve = Sieve(scene, When(""))
    static = [name for name, its in task.predicates.items() if its.static]
    sieve.keep(f"persons: {', '.join(static)}", people[scene.rows.subject], always=bool(static))
    stay = task.options.stay
    if stay and stay.death:
        deaths = scene.hits(stay.death)
        group = scene.group(deaths)
        before = deaths.first_from(group, scene.rows.time, equal=True) > deaths.starts[group]
        sieve.keep("died before the trigger", ~before)
    if stay:
        both = overlapping(scene) & sieve.left
        rows, some = int(both.sum()), len(np.unique(scene.rows.subject[both]))
        if rows:
            sieve.losses.append(Loss("overlap another stay (kept)", rows, rows, some, some))
    return scene.take(sieve.left), [*losses, *sieve.losses]


def part(places: Places, sieve: Sieve, labelled: bool) -> Cohort:
    """The rows of one prediction time."""
    task, index = places.task, places.index
    side = ".".join(part for part in task.index if part)
    sieve.keep(f"{side} is not reached", (index != NEVER) & (index != ALWAYS))
    if task.options.stay and task.options.stay.in_progress:
        sieve.keep("the stay is over at the prediction time", in_progress(places, sieve.when), always=True)
    if sieve.now is not None:
        sieve.keep("after the last data", index <= sieve.now)
    for name in task.windows:
        window(places, sieve, name, labelled)
    for predicate, name in task.options.exclusions:
        decides = places.past(name) | labelled
        sieve.keep(f"excluded: {predicate} in {name}", ~decides | (places.count(name, predicate) == 0), always=True)
    label, until = labels(places, labelled)
    if task.options.censored:
        sieve.keep("the label's window is over", until >= index)
    if labelled and task.options.censored and task.label:
        for step, lost in unfinished(places, until):
            label[lost] = np.nan
            if task.options.censored == "dropped":
                sieve.keep(step, ~lost)
    return cohort(places, sieve.left, label, until)


def window(places: Places, sieve: Sieve, name: str, labelled: bool) -> None:
    """Its ends exist, and it has what it must have. When scoring: if it is over."""
    window, decides = places.task.windows[name], places.past(name) | labelled
    open_label = labelled and bool(window.label) and bool(places.task.options.censored)
    if not open_label:
        sieve.keep(f"{name} is not reached", ~decides | places.reached(name))
    for predicate, (low, high) in window.has.items():
        count = places.count(name, predicate)
        fits = (count >= (low or 0)) & (count <= (NEVER if high is None else high))
        limits = f"{'' if low is None else f'{low} <= '}{predicate}{'' if high is None else f' <= {high}'}"
        sieve.keep(f"{name}: {limits}", ~decides | fits, always=True)


def cohort(places: Places, left: Bools, label: Floats, until: Ints) -> Cohort:
    scene, timeline = places.scene, places.scene.found.timeline
    rows = scene.rows.take(left)
    names = np.array([*timeline.encounters, None], object)
    return Cohort(
        places.task.name, ("",), rows.subject, names[rows.encounter], rows.time, places.index[left],
        until[left], label[left, None],
    )  # fmt: skip


def joined(task: Task, parts: Sequence[Cohort], losses: tuple[Loss, ...]) -> Cohort:
    """Rows by person, trigger, encounter and prediction time."""
    whole = Cohort(
        task.name, ("",),
        np.concatenate([part.subject for part in parts]),
        np.concatenate([part.encounter for part in parts]),
        np.concatenate([part.began for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.until for part in parts]),
        np.concatenate([part.label for part in parts]),
        losses,
    )  # fmt: skip
    seen = {name: place for place, name in enumerate(sorted({one for one in whole.encounter if one}))}
    encounter = np.array([seen.get(one, -1) for one in whole.encounter], np.int64)
    return whole.take(np.lexsort((whole.at, encounter, whole.began, whole.subject)))
