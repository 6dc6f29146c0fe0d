"""Do sequence models beat the simple one, add to it, and does a way of training them pay? Paired, by persons.

Example: python -m bench.outcome_sequences --timeline timeline.parquet --hours 48 --folds 5 --judged 2
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow.parquet as pq
import typer

from bench.json_line import command, finish, say
from contract.errors import InputError
from eval.resampling import Estimate
from outcomes.cohort import Cohort
from outcomes.learning.compare import Verdict, judge
from outcomes.learning.folds import folds, persons
from outcomes.learning.learner import Learner, Scores
from outcomes.learning.named import DEFAULT, NAMED, SEQUENCES
from outcomes.sequences.learner import SequenceLearner, chance
from outcomes.sequences.mixed import logits
from outcomes.sequences.strategies import Strategy
from outcomes.tasks.select import select
from outcomes.tasks.task import load
from outcomes.timeline import HOUR, Ints, Timeline, read

KEYS = ("models", "blends", "strategies", "cpu_s")


@dataclass(frozen=True)
class Trial:
    timeline: Timeline
    cohort: Cohort
    fold: Ints
    judged: int  # of the folds, the first so many

    def scores(self, learner: Learner, seed: int = 1) -> Scores:
        """(m, t) of the rows of the judged folds, each by a model that saw nothing of the row's person."""
        out = np.full(self.cohort.label.shape, np.nan)
        for at in range(self.judged):
            left = self.fold == at
            began = time.process_time()
            model = learner.fit(self.timeline, self.cohort.take(~left), seed)
            out[left] = model.scores(self.timeline, self.cohort.take(left))
            say(f"{learner.name}: fold {at + 1}, {time.process_time() - began:.0f} CPU-s")
        return out

    def verdict(self, name: str, first: Scores, second: Scores) -> Verdict:
        rows = self.fold < self.judged
        whose = persons(self.timeline, self.cohort)[rows]
        found = judge(name, self.cohort.label[rows].astype(np.float64), first[rows], second[rows], whose)
        for line in found.lines():
            say(line)
        return found


def trained(learner: SequenceLearner, timeline: Timeline) -> Mapping[str, Callable[[], Learner]]:
    """Ways to train, one network each; `again` is plain training from another seed: what chance alone does."""
    one = replace(learner, members=1, strategy=Strategy())

    def by(**fields: object) -> Callable[[], Learner]:
        return lambda: replace(one, strategy=Strategy(**fields))  # type: ignore[arg-type]

    def beside() -> Learner:
        others = tuple(select(load(name), timeline) for name in ("long_stay", "readmission", "diagnoses"))
        return replace(one, strategy=Strategy(beside=tuple(other for other in others if len(other) and other.targets)))

    return {
        "again": by(), "mask .25": by(mask=0.25), "mask .5": by(mask=0.5), "short first": by(curriculum="length"),
        "easy first": by(curriculum="loss"), "all tasks": beside,
    }  # fmt: skip


def main(
    timeline: Annotated[Path, typer.Option(help="a timeline table, Parquet")],
    task: str = "mortality",
    hours: Annotated[float, typer.Option(help="predictions so long after the trigger; 0: all of the task")] = 48,
    folds_: Annotated[int, typer.Option("--folds", help="of persons")] = 5,
    judged: Annotated[int, typer.Option(help="folds that are judged; 0: all")] = 0,
    models: str = ",".join(SEQUENCES),
    strategies: Annotated[str, typer.Option(help="network whose ways of training are judged; empty: none")] = "gru-d",
    ways: Annotated[str, typer.Option(help="only these ways, by comma")] = "",
    members: Annotated[int, typer.Option(help="networks of a sequence model; 0: as many as it comes with")] = 0,
) -> None:
    began = time.process_time()
    trial = _trial(timeline, task, hours, (folds_, judged or folds_))
    say(f"{len(trial.cohort)} predictions, rate {np.nanmean(trial.cohort.label):.3f}")
    compared, blends = _models(trial, [name for name in models.split(",") if name], members)
    wanted = [way for way in ways.split(",") if way]
    found = _strategies(trial, strategies, wanted) if strategies else {}
    cpu = time.process_time() - began
    finish(KEYS, {"models": compared, "blends": blends, "strategies": found, "cpu_s": round(cpu, 1)})


def _trial(path: Path, task: str, hours: float, counts: tuple[int, int]) -> Trial:
    if not path.is_file():
        raise InputError(f"--timeline {path.name}: no such file; expected a timeline table in Parquet.")
    events = read(pq.read_table(path))
    cohort = select(load(task), events)
    if hours:
        cohort = cohort.take(cohort.at - cohort.began == int(hours * HOUR))
    if not len(cohort):
        raise InputError(f"task {task} predicts nothing {hours:g} hours after its trigger; see its prediction_times.")
    fold = folds(persons(events, cohort), (cohort.label == 1).any(1), counts[0], 1)
    return Trial(events, cohort, fold, counts[1])


def _models(trial: Trial, names: list[str], members: int) -> tuple[dict[str, object], dict[str, object]]:
    if not names:
        return {}, {}
    simple = trial.scores(NAMED[DEFAULT]())
    compared: dict[str, object] = {}
    blends: dict[str, object] = {}
    for name in names:
        learner = NAMED[name]()
        if members and isinstance(learner, SequenceLearner):
            learner = replace(learner, members=members)
        scores = trial.scores(learner)
        compared[name] = told(trial.verdict(name, simple, scores))
        mean = chance((logits(simple) + logits(scores)) / 2)
        blends[name] = told(trial.verdict(f"{DEFAULT} and {name}, mean logit", simple, mean))
    return compared, blends


def _strategies(trial: Trial, network: str, wanted: list[str]) -> dict[str, object]:
    learner = NAMED[network]()
    if not isinstance(learner, SequenceLearner):
        raise InputError(f"--strategies {network} has no ways of training; expected one of {', '.join(SEQUENCES)}.")
    plain = trial.scores(replace(learner, members=1, strategy=Strategy()))
    found: dict[str, object] = {}
    for way, make in trained(learner, trial.timeline).items():
        if not wanted or way in wanted:
            scores = trial.scores(make(), seed=2 if way == "again" else 1)
            found[way] = told(trial.verdict(f"{network}, {way}", plain, scores))
    return found


def told(verdict: Verdict) -> dict[str, object]:
    """By measure: the figure of the second, and [second - first, low, high]."""
    return {
        name.lower(): {"value": round(figure.challenger.value, 4), "gain": interval(figure.difference)}
        for name, figure in verdict.figures.items()
    }


def interval(found: Estimate) -> list[float]:
    return [round(found.value, 4), round(found.low, 4), round(found.high, 4)]


if __name__ == "__main__":
    command(main)
