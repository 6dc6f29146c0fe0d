"""How near is the default model to the best possible? Simulated hospitals: the true risk of each stay is known."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from bench.json_line import command, finish, say
from bench.known_risk_hospitals import Case, case, folders, planted, together
from bench.known_risk_judged import Judged, Rows, judged
from bench.known_risk_seer import Seer
from bench.known_risk_truth import DIAGNOSES, TASKS, risk, stays
from bench.place import workplace
from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.learning.folds import persons
from outcomes.learning.simple import Simple
from outcomes.tasks.select import select
from outcomes.tasks.task import load
from outcomes.timeline import DAY, Bools, Ints, Timeline

KEYS = ("gap_auroc", "ece")
SEED = 1
HOSPITALS, PATIENTS, FIRST = 2, 4000, 811
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """All hospitals in one timeline; those of `judge` are judged, and the others learned from alone."""

    cases: Sequence[Case]
    timeline: Timeline
    hospital: Ints  # (s,) of each person
    judge: Ints  # places in `cases`

    def rows(self, cohort: Cohort) -> Bools:
        """(m,) which belong to a hospital that is judged."""
        return np.isin(self.hospital[cohort.subject], self.judge)


def main(
    cases: Annotated[Path | None, typer.Option(help="Folder of simulated hospitals (csv/, truth/).")] = None,
    train: Annotated[
        Path | None, typer.Option(help="Such a folder, to learn from; else out of fold by person.")
    ] = None,
    patients: Annotated[int, typer.Option(help="Of each hospital, without --cases.")] = PATIENTS,
    hospitals: Annotated[int, typer.Option(help="How many, without --cases.")] = HOSPITALS,
    first: Annotated[int, typer.Option(help="Seed of the first, without --cases.")] = FIRST,
    strength: Annotated[float, typer.Option(help="Of missingness, confounding and drift, without --cases.")] = 1.0,
    work: Annotated[Path | None, typer.Option(help="Folder for lakes and logs; kept.")] = None,
) -> None:
    """AUROC of the true risk less AUROC of the default model, and how far predictions lie from the true risk.

    Example: python -m bench.known_risk --patients 1000 --hospitals 2
    """
    began = time.process_time()
    with workplace("known-risk", work) as place:
        seeds = range(first, first + hospitals)
        made = folders(cases) if cases else [planted(place / f"seed{s}", patients, s, strength) for s in seeds]
        more = folders(train) if train else []
        world = _world([case(one, place / f"night{at}") for at, one in enumerate([*made, *more])], len(made))
    found = {task: _task(world, task) for task in TASKS}
    gaps = {task: one.gap for task, one in found.items() if one}
    if not gaps:
        raise InputError("no task has stays with and without the outcome and a true risk; give larger hospitals.")
    say(f"{time.process_time() - began:.0f} CPU-s without the nights")
    gap = {task: round(gaps[task].value, 4) if task in gaps else None for task in TASKS}
    ece = np.mean([one.off_truth.value for one in found.values() if one])
    finish(KEYS, {"gap_auroc": gap, "ece": round(float(ece), 4)})


def _world(cases: Sequence[Case], judged_: int) -> World:
    named = [Case(f"{at}:{one.name}", one.rows, one.truth) for at, one in enumerate(cases)]
    return World(named, *together(named), np.arange(judged_))


def _task(world: World, name: str) -> Judged | None:
    cohort = select(load(name), world.timeline)
    cohort = cohort.take(np.asarray(~np.isnan(cohort.label).all(1)))
    mine = world.rows(cohort)
    truth = stays(world.cases)
    best = risk(name, cohort, truth)
    counted = mine & ~np.isnan(best).all(1) & _moments(name, cohort)
    if not counted.any() or not len(cohort.targets):
        say(f"{name}: nothing to judge")
        return None
    group = 2 * world.hospital[cohort.subject] + (cohort.at - cohort.began == DAY)
    rows = Rows(cohort.label, best, persons(world.timeline, cohort), group).take(counted)
    found = judged(rows, _scores(Simple(), world, cohort)[counted])
    tell(name, found, f"{counted.sum()} of {len(cohort)} predictions judged")
    if name != DIAGNOSES:
        tell(f"{name}, shown all latent causes", judged(rows, _scores(Seer(world.cases), world, cohort)[counted]))
    return found


def _moments(name: str, cohort: Cohort) -> Bools:
    """True risks are of 24 hours after admission, or of the discharge."""
    if name != "mortality":
        return np.ones(len(cohort), bool)
    return np.asarray(np.abs((cohort.at - cohort.began) - DAY) < 1)


def _scores(learner: "Simple | Seer", world: World, cohort: Cohort) -> Scores:
    """(m, t) by models that never saw the person."""
    began, mine = time.process_time(), world.rows(cohort)
    model = learner.fit(world.timeline, cohort if mine.all() else cohort.take(~mine), SEED)
    out = model.out_of_fold
    if out is None or not mine.all():
        out = np.full(cohort.label.shape, np.nan)
        out[mine] = model.scores(world.timeline, cohort.take(mine))
    say(f"{learner.name}: {len(cohort)} rows, {time.process_time() - began:.0f} CPU-s")
    return out


def tell(name: str, found: Judged | None, more: str = "") -> None:
    for what, one in found.figures().items() if found else ():
        say(f"{name}: {what} {one.value:.4f} ({one.low:.4f} to {one.high:.4f})")
    say(f"{name}: {more}") if more else None


if __name__ == "__main__":
    command(main)
