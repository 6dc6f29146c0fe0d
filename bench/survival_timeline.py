"""A task that asks for a time on a timeline: features and times of those to learn from and those to judge on."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bench.json_line import say
from bench.survival_models import Split
from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.features.vocabulary import learn
from outcomes.features.windows import features
from outcomes.survival.classes import Cuts
from outcomes.survival.outcome import Outcome
from outcomes.tasks.select import select
from outcomes.tasks.task import Task, load
from outcomes.tasks.times import times
from outcomes.timeline import Ints, Timeline, read

HORIZONS = np.linspace(0.1, 0.9, 9)  # quantiles of the times of the event, in training
SHORT, MIDDLE = 1 / 3, 0.9  # the cuts too
THIRD = 3  # one person of so many is judged on, without a timeline of their own


def split(timeline: Path, test: Path | None, name: str) -> Split:
    """The last cut is where concordance ends."""
    task, mine = load(name), read(pq.read_table(timeline))
    cohort, outcome = followed(task, mine)
    if test is None:
        held = drawn(outcome.persons)
        other, judged, others = mine, cohort.take(held), outcome.take(held)
        cohort, outcome = cohort.take(~held), outcome.take(~held)
    else:
        other = read(pq.read_table(test))
        judged, others = followed(task, other)
    own = outcome.times[outcome.kinds == 1]
    if not len(own):
        raise InputError(f"nobody to learn from has {outcome.causes[0]}; give a longer timeline, or another task.")
    words = learn(mine, cohort)
    sides = (features(mine, cohort, words), outcome, features(other, judged, words), others)
    horizons = tuple(float(each) for each in np.unique(np.quantile(own, HORIZONS)))
    cuts = Cuts(*(float(each) for each in np.quantile(own, [SHORT, MIDDLE])))
    for which, seen in (("learn", outcome), ("judge", others)):
        counts = np.bincount(seen.kinds, minlength=len(seen.causes) + 1).tolist()
        say(f"{which}: {len(seen)} rows, {counts} censored and {', '.join(seen.causes)}")
    say(f"{len(sides[0].names)} features; cuts {cuts.short:.1f} and {cuts.middle:.1f} days")
    return Split(*sides, horizons, cuts, windows=True)


def followed(task: Task, timeline: Timeline) -> tuple[Cohort, Outcome]:
    cohort = select(task, timeline)
    found = times(task, timeline, cohort)
    return cohort, Outcome(found.kinds, found.days, found.kind, timeline.subjects[cohort.subject])


def drawn(persons: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    names, place = np.unique(persons, return_inverse=True)
    return np.asarray((np.random.default_rng(1).permutation(len(names)) % THIRD == 0)[place])
