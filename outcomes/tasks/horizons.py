"""A task that asks for a time as targets: each cause within each horizon, such as `died within 7d`."""

from dataclasses import replace

import numpy as np

from contract.errors import InputError
from outcomes.cohort import Cohort, Times
from outcomes.tasks.predicates import Found
from outcomes.tasks.task import Task
from outcomes.tasks.times import times_of
from outcomes.timeline import Floats, Ints

LOST = 0.2  # share that may be censored where all are gone before the last horizon: then nothing more happens till it
FEWEST = 2  # persons with the first event: one to learn from, one to see how well


def within(found: Found, cohort: Cohort, *, labelled: bool) -> Cohort:
    """The cohort with a label for each cause and horizon, cause by cause, and with its times."""
    targets = names(found.task)
    if not labelled:
        return replace(cohort, targets=targets, label=np.full((len(cohort), len(targets)), np.nan, np.float32))
    seen = times_of(found, cohort)
    return replace(cohort, targets=targets, label=labels(seen), times=seen)


def names(task: Task) -> tuple[str, ...]:
    asked = task.options.event_time
    assert asked is not None  # options.py lets no horizons in without it
    return tuple(
        f"{kind} within {each.name}" for kind in (asked.event, *asked.competing) for each in task.options.horizons
    )


def labels(seen: Times) -> Floats:
    """(m, causes * horizons) 1: the cause came by then; 0: another did, or nothing; NaN: censored before."""
    horizons = np.array(seen.horizons)
    by_then = seen.days[:, None] <= horizons
    known = (seen.kind > 0)[:, None] | (seen.days[:, None] >= horizons)
    parts = [(seen.kind == at + 1)[:, None] & by_then for at in range(len(seen.kinds))]
    return np.where(np.tile(known, len(parts)), np.hstack(parts), np.nan).astype(np.float32)


def ahead(task: Task) -> Ints:
    """(t,) microseconds of each target."""
    asked = task.options.event_time
    assert asked is not None
    return np.tile([each.offset for each in task.options.horizons], 1 + len(asked.competing)).astype(np.int64)


def learnable(cohort: Cohort) -> None:
    """InputError where hardly anybody has the event, or nobody was followed to the last horizon."""
    seen = cohort.times
    assert seen is not None
    persons = len(np.unique(cohort.subject[seen.kind == 1]))
    other, lost = int((seen.kind > 1).sum()), int((seen.kind == 0).sum())
    if persons < FEWEST:
        raise InputError(
            f"task {cohort.task} cannot be learned: {persons} persons have {seen.kinds[0]}, expected at least "
            f"{FEWEST}; {other} rows have a competing event and {lost} are censored."
        )
    longest = float(seen.days.max())
    if longest < seen.horizons[-1] and lost > LOST * len(seen.kind):
        raise InputError(
            f"task {cohort.task}: horizons go to {seen.horizons[-1]:g} days, but nobody was followed longer than "
            f"{longest:.1f}, and {lost} of {len(seen.kind)} rows are censored. Leave the later horizons "
            "out, or follow longer."
        )
