"""What do patient vectors, texts and images add to the record? Each beside the default model, and pure noise too."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy import sparse

from bench.features_hospital import hospital
from bench.json_line import command, finish, say
from bench.place import workplace
from contract.errors import InputError
from eval.resampling import Estimate, around, draws
from eval.risk import auroc
from outcomes.cohort import Cohort
from outcomes.features import vocabulary, windows
from outcomes.features.matrix import Features
from outcomes.features.plan import Plan
from outcomes.learning.blend import Blend
from outcomes.learning.extended import joined
from outcomes.learning.folds import persons
from outcomes.learning.learner import Scores
from outcomes.tasks.select import select
from outcomes.tasks.task import load
from outcomes.timeline import DAY, Timeline, read

KEYS = ("gain", "noise_cost")
TASKS = ("mortality", "long_stay", "readmission")
PREFIX: Mapping[str, str] = {"text": "FINDING//", "image": "IMAGE//"}
FURTHER = Plan(values={"ever": ("last",)}, counts={"stay": ("count",), "ever": ("count",)}, shifts=())
AUTOENCODER, NOISE = "autoencoder", "noise"
KINDS = (AUTOENCODER, *PREFIX, NOISE)
SEED, RESAMPLES, COLUMNS = 1, 300, 50


@dataclass(frozen=True)
class Drawn:
    """AUROC of one task by one kind: all persons once, and of each draw of persons."""

    value: float
    draws: Scores


def main(
    patients: Annotated[int, typer.Option(help="Of the simulated hospital.")] = 1200,
    seed: Annotated[int, typer.Option(help="Another seed, another hospital.")] = 907,
    work: Annotated[Path | None, typer.Option(help="Folder for lake and logs; kept.")] = None,
) -> None:
    """Gain in AUROC over the record alone, mean of three tasks, out of fold by person, with paired intervals.

    Example: python -m bench.features --patients 400
    """
    with workplace("features", work) as place:
        rows = hospital(patients, seed, place)
    found = [task_ for name in TASKS if (task_ := judged(read(rows), name))]
    if not found:
        raise InputError("no task has stays with and without the outcome; give more patients.")
    gains = {kind: mean([(one[kind], one["record"]) for one in found]) for kind in KINDS}
    for kind, gain in gains.items():
        say(f"{kind}: {gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})")
    gain_ = {kind: round(gains[kind].value, 4) for kind in KINDS if kind != NOISE}
    finish(KEYS, {"gain": gain_, "noise_cost": round(-gains[NOISE].value, 4)})


def mean(pairs: list[tuple[Drawn, Drawn]]) -> Estimate:
    """First less second, on the same draws; tasks count alike."""
    value = float(np.mean([one.value - other.value for one, other in pairs]))
    return around(value, np.mean([one.draws - other.draws for one, other in pairs], 0))


def judged(timeline: Timeline, name: str) -> dict[str, Drawn] | None:
    cohort = select(load(name), timeline)
    cohort = cohort.take(cohort.known & ((cohort.at - cohort.began == DAY) | (name != "mortality")))
    if len(np.unique(cohort.label)) < 2:
        return None
    record = windows.features(timeline, cohort, vocabulary.learn(timeline, cohort, alone()))
    whose = persons(timeline, cohort)
    weights = np.vstack([np.ones((1, len(cohort))), draws(whose.astype(str).tolist(), RESAMPLES)])
    found = {}
    for kind in ("record", *KINDS):
        more = () if kind == "record" else (block(kind, timeline, cohort),)
        scores = Blend().fit(joined([record, *more]), cohort.label, whose, SEED).out_of_fold
        assert scores is not None  # it was just learned
        each = auroc(cohort.label[:, 0].astype(float), scores[:, 0], weights)
        found[kind] = Drawn(float(each[0]), each[1:])
        count = more[0].rows.shape[1] if more else 0
        say(f"{name}, {kind}: {found[kind].value:.4f} of {len(cohort)} stays, {count} features more")
    return found


def alone() -> Plan:
    """The default, without what texts and images say."""
    plan = Plan()
    return Plan(without=(*plan.without, *(f"{prefix}*" for prefix in PREFIX.values())))


def block(kind: str, timeline: Timeline, cohort: Cohort) -> Features:
    if kind == NOISE:
        drawn = np.random.default_rng(SEED).normal(size=(len(cohort), COLUMNS)).astype(np.float32)
        return Features(tuple(f"noise/{at}" for at in range(COLUMNS)), np.zeros(COLUMNS, bool), sparse.csr_array(drawn))
    own = np.array([code.startswith(tuple(PREFIX.values())) for code in timeline.codes], bool)
    if kind == AUTOENCODER:
        from outcomes.sequences.representation import Unsupervised

        plain = timeline.where(~own[timeline.code])
        return Unsupervised().learn(plain, cohort, SEED).features(plain, cohort)
    mine = np.array([code.startswith(PREFIX[kind]) for code in timeline.codes], bool)
    told = timeline.where(mine[timeline.code])
    found = windows.features(told, cohort, vocabulary.learn(told, cohort, FURTHER))
    further = np.flatnonzero(["/" in one for one in found.names])  # age and the like stand in the record already
    return Features(tuple(found.names[at] for at in further), found.counted[further], found.rows[:, further])


if __name__ == "__main__":
    command(main)
