"""Cumulative incidences of a task's causes at its horizons, learned as the outcome models learn: from a cohort."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from contract.errors import ConfigError
from eval.survival import Floats
from outcomes.cohort import Cohort
from outcomes.features import vocabulary, windows
from outcomes.features.matrix import Features
from outcomes.features.plan import Plan
from outcomes.features.vocabulary import Vocabulary
from outcomes.learning.folds import persons
from outcomes.learning.learner import Contribution, Scores
from outcomes.learning.simple import WORDS, strongest
from outcomes.survival.discrete import DiscreteSurvival, taken
from outcomes.survival.logistic import Lines, Logistic
from outcomes.survival.outcome import Incidence, Outcome
from outcomes.survival.periods import incidence
from outcomes.timeline import Timeline

FILE = "horizons.json"
ROWS = 256  # explained at once


@dataclass(frozen=True)
class Incidences:
    plan: Plan = field(default_factory=Plan)
    survival: Logistic = field(default_factory=Logistic)
    name: str = "incidence"

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "IncidencesModel":
        seen = cohort.times
        if seen is None or not seen.horizons:
            raise ConfigError(
                f"learner {self.name}: task {cohort.task} asks for no time; write `event_time` and `horizons` under "
                "`metadata: chartloom:`, or take another learner."
            )
        words = vocabulary.learn(timeline, cohort, self.plan)
        outcome = Outcome(seen.kinds, seen.days, seen.kind, persons(timeline, cohort))
        learner = replace(self.survival, cut=seen.horizons)
        learned = learner.fit(windows.features(timeline, cohort, words), outcome, seed)
        return IncidencesModel(words, learned, seen.horizons)

    def load(self, folder: Path) -> "IncidencesModel":
        horizons = tuple(map(float, json.loads((folder / FILE).read_text(encoding="utf-8"))))
        return IncidencesModel(vocabulary.load(folder / WORDS), self.survival.load(folder), horizons)


@dataclass(frozen=True)
class IncidencesModel:
    """Targets are cause by cause, of each the horizons in days."""

    vocabulary: Vocabulary
    survival: DiscreteSurvival
    horizons: tuple[float, ...]

    bound = True
    """They rise with the horizon and sum to 1 at most: hazards are recalibrated, never the targets one by one."""

    @property
    def out_of_fold(self) -> Scores | None:
        """(m, t) of the training rows, by members that did not see the person; None where it was loaded."""
        hazards = self.survival.apart
        return None if hazards is None else flat(incidence(hazards, self.survival.edges, self._reached))

    @property
    def names(self) -> tuple[str, ...]:
        """(f,)"""
        return next(member.table.names for member in self.survival.members if isinstance(member, Lines))

    def features(self, timeline: Timeline, cohort: Cohort) -> Features:
        return windows.features(timeline, cohort, self.vocabulary)

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:
        return flat(self.survival.incidence(self.features(timeline, cohort), self._reached.tolist()))

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        """Of a cause the same at each horizon: parts of the log odds of its hazard against no event."""
        features, every = self.features(timeline, cohort), np.arange(len(cohort))
        some = (taken(features, every[at : at + ROWS]) for at in range(0, len(every), ROWS))
        return [
            [told for part in row for told in [strongest(features.names, value, part, most)] * len(self.horizons)]
            for block in some
            for value, row in zip(block.dense(), self.parts(block), strict=True)
        ]

    def parts(self, features: Features) -> Floats:
        """(m, causes, f)"""
        lines = [member for member in self.survival.members if isinstance(member, Lines)]
        mean = np.mean([line.parts(features) for line in lines], 0)
        return np.asarray(mean * self.survival.scale.slope[:, None], np.float64)

    def save(self, folder: Path) -> None:
        self.survival.save(folder)
        self.vocabulary.save(folder / WORDS)
        (folder / FILE).write_text(json.dumps(self.horizons) + "\n", encoding="utf-8")

    @property
    def _reached(self) -> Floats:
        """Who was followed to the end had an event: later than that nothing more happens."""
        return np.minimum(np.array(self.horizons, np.float64), self.survival.last)


def flat(found: Incidence) -> Scores:
    """(m, causes * horizons), made to rise where rounding does not."""
    return np.asarray(np.maximum.accumulate(found, axis=2).reshape(len(found), -1), np.float64)
