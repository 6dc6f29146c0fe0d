"""A trained model of one task with all that makes its scores usable: recalibration, decisions, whom it has seen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models import folder as folders
from outcomes.cohort import Cohort, Texts
from outcomes.features.asof import known
from outcomes.features.vocabulary import share
from outcomes.learning import calibrate, named
from outcomes.learning.calibrate import Calibrated
from outcomes.learning.learner import Contribution, Scores
from outcomes.tasks import reading
from outcomes.tasks.task import Task
from outcomes.tasks.yaml12 import parsed
from outcomes.timeline import Bools, Ints, Timeline
from outcomes.trust import conformal, reference
from outcomes.trust.conformal import Conformal
from outcomes.trust.drift import FILE as REFERENCE
from outcomes.trust.reference import Reference

KIND = "outcomes"
TASK, MODEL, LEVELS, PERSONS = "task.yaml", "model", "levels.json", "persons.npy"
OTHER_CODES = "other-codes"
MOST_UNSEEN = 0.5  # of a prediction's known events that may have codes unknown here, before nothing is decided

Parts = list[list[Sequence[Contribution]]]


@dataclass(frozen=True)
class Said:
    probability: Scores  # (m, t)
    decision: Texts  # (m, t) yes, no, abstain
    contributions: Parts  # (m, t)
    flags: list[list[str]]  # (m,)


@dataclass(frozen=True)
class Forecaster:
    name: str
    task: Task
    targets: tuple[str, ...]
    model: Calibrated
    levels: Sequence[Conformal]  # (t,)
    persons: npt.NDArray[np.uint64]  # digests of those who taught it
    reference: Reference  # what its rows were
    join: tuple[str, ...] = ()

    def said(self, timeline: Timeline, cohort: Cohort, explain: int) -> Said:
        """The columns of the cohort's labels count for nothing."""
        scores = self.model.scores(timeline, cohort)
        decided = [each.decide(scores[:, at]) for at, each in enumerate(self.levels)]
        strange = self._strange(timeline, cohort)
        decision = np.stack(decided, 1) if decided else np.empty(scores.shape, object)
        decision[strange] = "abstain"
        parts: Parts = [[()] * len(self.targets) for _ in range(len(cohort))]
        if explain:
            parts = self.model.explain(timeline, cohort, explain)
        return Said(scores, decision, parts, [[OTHER_CODES] if odd else [] for odd in strange])

    def unseen(self, timeline: Timeline) -> Bools:
        """(n,) events of codes that are not among those of training."""
        strange = np.array([code not in self._codes for code in timeline.codes], bool)
        return strange[timeline.code] if len(strange) else np.zeros(0, bool)

    def taught(self, subjects: Ints) -> Bools:
        return np.isin(hashed(subjects), self.persons)

    def _strange(self, timeline: Timeline, cohort: Cohort) -> Bools:
        """(m,) most of what is known at the prediction has codes unknown here: a site that codes otherwise."""
        unseen = self.unseen(timeline)
        parts = [share(unseen[piece.event], piece.starts) > MOST_UNSEEN for piece in known(timeline, cohort)]
        return np.concatenate([np.zeros(0, bool), *parts])

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(self.reference.codes)


def hashed(subjects: Ints) -> npt.NDArray[np.uint64]:
    """One-way, so that an artifact names nobody's id."""
    said = (hashlib.blake2b(str(int(one)).encode(), digest_size=8, person=b"outcomes").digest() for one in subjects)
    return np.array([int.from_bytes(one, "big") for one in said], np.uint64)


def save(forecaster: Forecaster, folder: Path, text: str) -> None:
    """Into a folder that models/folder.py is writing; `text` is the task as its file said it."""
    (folder / TASK).write_text(text, encoding="utf-8")
    (folder / MODEL).mkdir()
    forecaster.model.save(folder / MODEL)
    levels = [json.loads(each.written()) for each in forecaster.levels]
    (folder / LEVELS).write_text(json.dumps(levels) + "\n", encoding="utf-8")
    (folder / REFERENCE).write_text(forecaster.reference.written(), encoding="utf-8")
    np.save(folder / PERSONS, forecaster.persons, allow_pickle=False)


def stated(forecaster: Forecaster, learner: str) -> Mapping[str, Any]:
    """What config.json says."""
    return {"task": forecaster.task.name, "targets": forecaster.targets, "join": forecaster.join, "learner": learner}


def load(folder: Path) -> Forecaster:
    said = folders.opened(folder, KIND)
    levels = json.loads((folder / LEVELS).read_text(encoding="utf-8"))
    task = reading.task(said["task"], parsed((folder / TASK).read_text(encoding="utf-8")))
    return Forecaster(
        folders.name_of(folder),
        task,
        tuple(said["targets"]),
        calibrate.load(named.NAMED[said["learner"]](), folder / MODEL),
        [conformal.read(json.dumps(each)) for each in levels],
        np.load(folder / PERSONS, allow_pickle=False),
        reference.read((folder / REFERENCE).read_text(encoding="utf-8")),
        tuple(said["join"]),
    )
