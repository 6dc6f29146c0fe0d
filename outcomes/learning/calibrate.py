"""Recalibration and the operating threshold of each target, chosen on training persons only, kept with the model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from contract.errors import InputError
from eval.risk import balanced_threshold
from outcomes.cohort import Cohort
from outcomes.learning.compare import cross_validated
from outcomes.learning.folds import folds, persons
from outcomes.learning.learner import Contribution, Learner, Model, Scores
from outcomes.learning.recalibration import KINDS, Kind, Map, learn, log_loss
from outcomes.timeline import Ints, Timeline

Floats = npt.NDArray[np.float64]
FILE, INSIDE = "calibration.json", "model"
LEAST, LEAST_ISOTONIC = 20, 200  # positives: fewer, and the scores stay as they are; and steps are not learned
FOLDS = 5


@dataclass(frozen=True)
class Calibration:
    """Of one target. `losses`: log loss of each map on persons it was not learned on."""

    map: Map
    threshold: float  # of the recalibrated probability: yes from here on; as many yes as there were events
    losses: tuple[tuple[str, float], ...] = ()


def choose(scores: Floats, label: Floats, whose: Ints, seed: int, allowed: Sequence[Kind] = KINDS) -> Calibration:
    """Of scores that no model gave to a person it had seen. A map must beat the simpler by a standard error."""
    known = ~np.isnan(label)
    scores, label, whose = scores[known], label[known].astype(np.float64), whose[known]
    positives = min(label.sum(), len(label) - label.sum())
    kinds = [kind for kind in allowed if positives >= (LEAST_ISOTONIC if kind == "isotonic" else LEAST)]
    if not kinds:
        return Calibration(Map(), balanced_threshold(label, scores) if len(label) else 0.5)
    fold = folds(whose, label == 1, FOLDS, seed)
    losses = {kind: _apart(kind, scores, label, fold) for kind in kinds}
    best: Kind = "none"
    for kind in kinds[1:]:
        gain = losses[best] - losses[kind]
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            best = kind
    found = learn(best, scores, label)
    said = tuple((kind, float(loss.mean())) for kind, loss in losses.items())
    return Calibration(found, balanced_threshold(label, found.apply(scores)), said)


def _apart(kind: Kind, scores: Floats, label: Floats, fold: Ints) -> Floats:
    out = np.empty(len(label))
    for at in range(int(fold.max()) + 1):
        left = fold == at
        out[left] = log_loss(learn(kind, scores[~left], label[~left]).apply(scores[left]), label[left])
    return out


@dataclass(frozen=True)
class Calibrated:
    """A Model whose scores are probabilities."""

    model: Model
    calibrations: tuple[Calibration, ...]  # (t,)
    out_of_fold: Scores | None = None  # (m, t) recalibrated, of the training rows; not saved

    @property
    def thresholds(self) -> Floats:
        return np.array([one.threshold for one in self.calibrations])

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        return applied(self.calibrations, self.model.scores(timeline, cohort))

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        """Parts of the logit before recalibration."""
        return self.model.explain(timeline, cohort, most)

    def save(self, folder: Path) -> None:
        self.model.save(folder / INSIDE)
        said = [asdict(one) for one in self.calibrations]
        (folder / FILE).write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))


def applied(calibrations: Sequence[Calibration], scores: Scores) -> Scores:
    return np.stack([one.map.apply(scores[:, at]) for at, one in enumerate(calibrations)], 1)


def calibrated(learner: Learner, timeline: Timeline, cohort: Cohort, seed: int) -> Calibrated:
    """Learns, and recalibrates on scores out of fold: those a model has of its own, else by cross-validation.

    Not where a model says that its targets are `bound` to each other: a map for each would break that.
    """
    model = learner.fit(timeline, cohort, seed)
    apart: Scores | None = getattr(model, "out_of_fold", None)
    if apart is None:
        apart = cross_validated(learner, timeline, cohort, seed)
    whose, label = persons(timeline, cohort), cohort.label.astype(np.float64)
    allowed: Sequence[Kind] = ("none",) if getattr(model, "bound", False) else KINDS
    found = tuple(choose(apart[:, at], label[:, at], whose, seed, allowed) for at in range(apart.shape[1]))
    return Calibrated(model, found, applied(found, apart))


def load(learner: Learner, folder: Path) -> Calibrated:
    try:
        said = orjson.loads((folder / FILE).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InputError(f"{folder.name}: expected {FILE}, as `train outcomes` writes it; train again.") from error
    return Calibrated(learner.load(folder / INSIDE), tuple(_read(one) for one in said))


def _read(said: dict[str, Any]) -> Calibration:
    held = said["map"]
    points = tuple((float(point[0]), float(point[1])) for point in held["points"])
    losses = tuple((str(kind), float(loss)) for kind, loss in said["losses"])
    return Calibration(Map(held["kind"], tuple(map(float, held["numbers"])), points), float(said["threshold"]), losses)
