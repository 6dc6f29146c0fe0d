"""Many labels: the codes of an encounter, grouped, that become known after the prediction time."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from outcomes.cohort import Cohort, Loss
from outcomes.tasks.predicates import Found
from outcomes.tasks.task import Task
from outcomes.timeline import NEVER, Bools, Ints


def learned(found: Found, cohort: Cohort, targets: Sequence[str] | None, *, labelled: bool) -> Cohort:
    """The cohort with a label for each target: those given, or those that enough of its persons have."""
    said = found.task.options.targets
    assert said is not None
    names, group = groups(found.timeline.codes, re.compile(said.codes))
    row, which = pairs(found, cohort, group)
    if not names:
        people = len(np.unique(cohort.subject))
        told = Loss("no code of this timeline fits targets.codes", len(cohort), len(cohort), people, people)
        cohort = replace(cohort, losses=(*cohort.losses, told))
    if targets is None:
        targets = common(names, row, which, cohort, said.persons)
    label = np.full((len(cohort), len(targets)), np.nan, np.float32)
    if labelled:
        label[:] = 0
        column = {name: place for place, name in enumerate(targets)}
        to = np.array([column.get(name, -1) for name in names], np.int64)[which]
        label[row[to >= 0], to[to >= 0]] = 1
        return finished(replace(cohort, targets=tuple(targets), label=label), found)
    return replace(cohort, targets=tuple(targets), label=label)


def groups(codes: Sequence[str], fits: re.Pattern[str]) -> tuple[list[str], Ints]:
    """Names of the groups, sorted, and of each code its place among them; -1: none."""
    matched = [fits.search(code) for code in codes]
    text = ["" if found is None else str(found[1] if fits.groups else found[0]) for found in matched]
    names = sorted(set(text) - {""})
    place = {name: at for at, name in enumerate(names)}
    return names, np.array([*(place.get(one, -1) for one in text), -1], np.int64)


def pairs(found: Found, cohort: Cohort, group: Ints) -> tuple[Ints, Ints]:
    """(p,) row of the cohort and group: a code of the row's encounter, recorded after its prediction time."""
    timeline = found.timeline
    events = np.flatnonzero((group >= 0)[timeline.code] & (timeline.encounter >= 0))
    place = {name: at for at, name in enumerate(timeline.encounters)}
    encounter = np.array([place.get(name, -1) for name in cohort.encounter], np.int64)
    order = np.argsort(timeline.encounter[events], kind="stable")
    events = events[order]
    of = timeline.encounter[events]
    low, high = np.searchsorted(of, encounter), np.searchsorted(of, encounter, side="right")
    size = np.where(encounter >= 0, high - low, 0)
    row = np.repeat(np.arange(len(cohort)), size)
    event = events[np.repeat(low, size) + np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)]
    mine = found.subject[event] == cohort.subject[row]
    keep = mine & (timeline.recorded[event] > cohort.at[row]) & (timeline.recorded[event] != NEVER)
    both = np.unique(np.stack([row[keep], group[timeline.code[event[keep]]]]), axis=1)
    return both[0], both[1]


def common(names: Sequence[str], row: Ints, which: Ints, cohort: Cohort, persons: int) -> list[str]:
    """In alphabetical order."""
    people = np.unique(np.stack([which, cohort.subject[row]]), axis=1)
    count = np.bincount(people[0], minlength=len(names))
    return [name for name, many in zip(names, count, strict=True) if many >= persons]


def narrowed(task: Task, cohort: Cohort, teaching: Bools) -> Cohort:
    """Only the targets that enough of the persons of these rows (m,) have, where the task has many."""
    if task.options.targets is None:
        return cohort
    people = [len(np.unique(cohort.subject[teaching & (label == 1)])) for label in cohort.label.T]
    kept = [at for at, many in enumerate(people) if many >= task.options.targets.persons]
    return replace(cohort, targets=tuple(cohort.targets[at] for at in kept), label=cohort.label[:, kept])


def finished(cohort: Cohort, found: Found) -> Cohort:
    """Without the stays that have not ended: what they will be coded with is not known yet."""
    over = cohort.until != NEVER
    people = cohort.subject
    step = Loss(
        "censored: the stay has not ended", len(cohort), int(over.sum()),
        len(np.unique(people)), len(np.unique(people[over])),
    )  # fmt: skip
    if found.task.options.censored == "unknown":
        cohort.label[~over] = np.nan
        return replace(cohort, losses=(*cohort.losses, step))
    return replace(cohort.take(over), losses=(*cohort.losses, step))
