"""The default model: aggregates over windows, and a blend of logistic regression and boosted trees on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.special import expit

from outcomes.cohort import Cohort
from outcomes.features import vocabulary, windows
from outcomes.features.matrix import Features, Matrix
from outcomes.features.plan import Plan
from outcomes.features.vocabulary import Vocabulary
from outcomes.learning import blended
from outcomes.learning.blend import Blend
from outcomes.learning.blended import Blended
from outcomes.learning.folds import persons
from outcomes.learning.learner import Contribution, Scores
from outcomes.timeline import Timeline

WORDS = "vocabulary.json"


@dataclass(frozen=True)
class Simple:
    plan: Plan = field(default_factory=Plan)
    blend: Blend = field(default_factory=Blend)
    name: str = "simple"

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "SimpleModel":
        learned = vocabulary.learn(timeline, cohort, self.plan)
        features = windows.features(timeline, cohort, learned)
        return SimpleModel(learned, self.blend.fit(features, cohort.label, persons(timeline, cohort), seed))

    def load(self, folder: Path) -> "SimpleModel":
        return SimpleModel(vocabulary.load(folder / WORDS), blended.load(folder))


@dataclass(frozen=True)
class SimpleModel:
    vocabulary: Vocabulary
    blended: Blended

    @property
    def out_of_fold(self) -> Scores | None:
        """(m, t) of the training rows, by models that never saw the person; None where it was loaded."""
        logits = self.blended.out_of_fold
        return None if logits is None else probability(logits)

    def features(self, timeline: Timeline, cohort: Cohort) -> Features:
        return windows.features(timeline, cohort, self.vocabulary)

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        return probability(self.blended.logits(self.features(timeline, cohort)))

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        features = self.features(timeline, cohort)
        parts, _ = self.blended.parts(features)
        values = features.dense()
        return [[strongest(features.names, values[at], part[at], most) for part in parts] for at in range(len(cohort))]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.vocabulary.save(folder / WORDS)
        self.blended.save(folder)


def strongest(names: Sequence[str], values: Matrix, parts: Scores, most: int) -> list[Contribution]:
    """Of one row (f,); parts of 0 are not told."""
    order = np.argsort(-np.abs(parts), kind="stable")[:most]
    return [Contribution(names[at], float(values[at]), float(parts[at])) for at in order if parts[at]]


def probability(logits: Scores) -> Scores:
    return np.asarray(expit(logits))
