"""A challenger replaces the simple model only where the paired interval says that it is better."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.resampling import Estimate, around, draws
from eval.risk import Measure, auprc, auroc
from outcomes.cohort import Cohort
from outcomes.learning.folds import folds, persons
from outcomes.learning.learner import Learner, Scores
from outcomes.timeline import Ints, Timeline

Floats = npt.NDArray[np.float64]
MEASURES: Mapping[str, Measure] = {"AUROC": auroc, "AUPRC": auprc}
FOLDS, DRAWS = 5, 500


def cross_validated(learner: Learner, timeline: Timeline, cohort: Cohort, seed: int, count: int = FOLDS) -> Scores:
    """(m, t) of each row by a model that saw nothing of the row's person; all that it learns is learned anew."""
    fold = folds(persons(timeline, cohort), (cohort.label == 1).any(1), count, seed)
    out = np.full(cohort.label.shape, np.nan)
    for at in range(count):
        left = fold == at
        if left.any():
            out[left] = learner.fit(timeline, cohort.take(~left), seed).scores(timeline, cohort.take(left))
    return out


@dataclass(frozen=True)
class Figure:
    simple: Estimate
    challenger: Estimate
    difference: Estimate  # challenger - simple, on the same draws of persons


@dataclass(frozen=True)
class Verdict:
    """Of many targets the figures are means over those with both classes."""

    challenger: str
    figures: Mapping[str, Figure]

    @property
    def better(self) -> bool:
        return all(figure.difference.low > 0 for figure in self.figures.values())

    def lines(self) -> list[str]:
        """For the card and the log; numbers only."""
        said = "replaces the simple model" if self.better else "does not replace the simple model"
        return [
            f"{self.challenger} {said}: a gain must be sure of {' and '.join(self.figures)}",
            *map(_line, self.figures.items()),
        ]


def _line(named: tuple[str, Figure]) -> str:
    name, figure = named
    simple, other, gain = figure.simple, figure.challenger, figure.difference
    return (
        f"{name} {other.value:.4f} against {simple.value:.4f}: {gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
    )


def judge(challenger: str, labels: Floats, simple: Scores, other: Scores, whose: Ints, seed: int = 1) -> Verdict:
    """labels and scores (m, t), the scores of rows that neither model was trained on; persons are drawn, not rows."""
    weights = draws([str(person) for person in whose], DRAWS, seed)
    figures = {}
    for name, measure in MEASURES.items():
        first, second = (_drawn(measure, labels, scores, weights) for scores in (simple, other))
        figures[name] = Figure(_estimate(first), _estimate(second), _estimate(second - first))
    return Verdict(challenger, figures)


def _drawn(measure: Measure, labels: Floats, scores: Scores, weights: Floats) -> Floats:
    """(1 + draws,): each row once, then each draw; the mean over targets."""
    every = np.vstack([np.ones((1, len(labels))), weights])
    parts = []
    for label, score in zip(labels.T, scores.T, strict=True):
        known = ~np.isnan(label)
        if len(np.unique(label[known])) == 2:
            parts.append(measure(label[known].astype(np.float64), score[known], every[:, known]))
    return np.nanmean(parts, 0) if parts else np.full(len(every), np.nan)


def _estimate(drawn: Floats) -> Estimate:
    return around(float(drawn[0]), drawn[1:])
