"""A trained model judged on persons who taught it nothing, and what its card says of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eval.resampling import Estimate, draws
from eval.risk import auprc, auroc, ece, estimate
from outcomes.cohort import Cohort, Texts
from outcomes.forecast import Forecaster
from outcomes.leaks.leak import Leak
from outcomes.learning.calibrate import Calibrated
from outcomes.learning.compare import Verdict
from outcomes.learning.folds import persons
from outcomes.learning.learner import Scores
from outcomes.survival import judged
from outcomes.timeline import Ints, Timeline
from outcomes.trust import conformal, membership
from outcomes.trust.card import Target
from outcomes.trust.groups import Judged

MEASURES = {"AUROC": auroc, "AUPRC": auprc, "ECE": ece}
FEWEST = 5  # of each kind, before a figure is told


@dataclass(frozen=True)
class Judgement:
    timeline: Timeline
    cohort: Cohort
    teaching: Cohort
    held: Cohort  # rows of persons who taught nothing; none: the teaching rows are judged out of fold
    forecaster: Forecaster
    models: Mapping[str, Calibrated]  # the chosen one first
    verdicts: Sequence[Verdict]
    leaks: Sequence[Leak]

    @property
    def on(self) -> Cohort:
        return self.held if self._enough(self.held) else self.teaching

    @cached_property
    def scores(self) -> Mapping[str, Scores]:
        """(m, t) of each model on the rows that are judged."""
        if self.on is self.held:
            return {name: model.scores(self.timeline, self.held) for name, model in self.models.items()}
        return {name: model.out_of_fold for name, model in self.models.items() if model.out_of_fold is not None}

    @property
    def where(self) -> str:
        return "held out" if self.on is self.held else "out of fold"

    @property
    def said(self) -> str:
        """The figures of the first target with enough of both kinds; of a time, those of the first cause."""
        seen = self.on.times
        if seen is not None:
            events = int((seen.kind == 1).sum())
            if events < FEWEST or not self.over_time:
                return f"too few events {self.where} to tell how good it is"
            concordance, *briers = self.over_time.items()
            figures = (f"{name} {_shown(each)}" for name, each in [concordance, *briers[-2:]])
            return f"{', '.join(figures)} {self.where}, {len(seen.kind):,} predictions, {events:,} events"
        for target in self.targets:
            label, score = target.judged.labels, next(iter(target.scores.values()))
            if min(label.sum(), len(label) - label.sum()) >= FEWEST:
                weights = draws([str(person) for person in target.judged.persons])
                figures = (f"{name} {_shown(estimate(m, label, score, weights))}" for name, m in MEASURES.items())
                return f"{', '.join(figures)} {self.where}, {len(label):,} predictions, {int(label.sum()):,} events"
        return f"too few events {self.where} to tell how good it is"

    @cached_property
    def over_time(self) -> Mapping[str, Estimate]:
        """Of a task that asks for a time."""
        seen, taught = self.on.times, self.teaching.times
        if seen is None or taught is None:
            return {}
        return judged.figures(seen, next(iter(self.scores.values())), persons(self.timeline, self.on), taught)

    @cached_property
    def targets(self) -> list[Target]:
        whose = persons(self.timeline, self.on)
        columns = membership.columns(self.timeline, self.on)
        return [self._target(at, name, whose, columns) for at, name in enumerate(self.forecaster.targets)]

    def _target(self, at: int, name: str, whose: Ints, columns: Mapping[str, Texts]) -> Target:
        known = ~np.isnan(self.on.label[:, at])
        label = self.on.label[known, at].astype(np.float64)
        scores = {model: each[known, at] for model, each in self.scores.items()}
        level = self.forecaster.levels[at]
        first = next(iter(scores.values()))
        rows = conformal.one_each(whose[known])
        covered = conformal.coverage(level, label[rows], first[rows]) if self.on is self.held else None
        return Target(
            name, Judged(label, first, whose[known]), scores, {kind: each[known] for kind, each in columns.items()},
            conformal=level, coverage=covered,
        )  # fmt: skip

    @staticmethod
    def _enough(cohort: Cohort) -> bool:
        """Of both kinds; of a time, of the first cause."""
        seen = cohort.times
        columns = cohort.label.T if seen is None else cohort.label.T[: len(seen.horizons)]
        return any(min((column == 1).sum(), (column == 0).sum()) >= FEWEST for column in columns)


def _shown(figure: object) -> str:
    value, low, high = (getattr(figure, name) for name in ("value", "low", "high"))
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
