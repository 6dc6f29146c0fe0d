"""Classes of time (short, middle, long) and restricted times, where some are censored: each known row has its weight.

Weights are those of eval.survival_scores.inverse_chance at the last cut; draws (d, n) are weights of resampling.
"""

from dataclasses import dataclass

import numpy as np

from eval.survival import Floats, Kinds
from eval.survival_scores import Observed, inverse_chance, ones


@dataclass(frozen=True)
class Classed:
    """Which class each row is of, -1 not known, and what it weighs."""

    chosen: Kinds  # (n,) 0: the cause by the first cut; ... last: not by the last cut, or never
    weight: Floats  # (n,)
    classes: int


def classed(seen: Observed, cuts: Floats, cause: int = 1) -> Classed:
    """Another event before the last cut: it never comes, so the last class."""
    weight = inverse_chance(seen, np.array([cuts[-1]]))[:, 0]
    own = np.searchsorted(cuts, seen.times, side="left")
    chosen = np.where(seen.kinds == cause, own, len(cuts))
    return Classed(np.where(weight > 0, chosen, -1), weight, len(cuts) + 1)


def accuracy(truth: Classed, probability: Floats, draws: Floats | None = None) -> Floats:
    """(d,) of the likeliest class"""
    weight = _weights(truth, draws)
    return np.asarray(weight @ (probability.argmax(1) == truth.chosen) / weight.sum(1), np.float64)


def macro_f1(truth: Classed, probability: Floats, draws: Floats | None = None) -> Floats:
    """(d,) mean over classes; a class that nobody has and nobody is said to have counts 0."""
    weight, said = _weights(truth, draws), probability.argmax(1)
    found = []
    for each in range(truth.classes):
        both = weight @ ((said == each) & (truth.chosen == each))
        either = weight @ (said == each) + weight @ (truth.chosen == each)
        found.append(2 * both / np.maximum(either, 1e-12))
    return np.asarray(np.mean(found, 0), np.float64)


def macro_auroc(truth: Classed, probability: Floats, draws: Floats | None = None) -> Floats:
    """(d,) mean over classes of one against the others; equal scores count half. NaN where a class has nobody."""
    weight = _weights(truth, draws)
    each = [_auroc(probability[:, at], truth.chosen == at, weight) for at in range(truth.classes)]
    return np.asarray(np.mean(each, 0), np.float64)


def mean_absolute_error(
    seen: Observed, predicted: Floats, longest: float, cause: int = 1, draws: Floats | None = None
) -> Floats:
    """(d,) of the time to the cause, cut off at `longest`, which is also the time of who never has it."""
    weight = inverse_chance(seen, np.array([longest]))[:, 0] * (ones(seen) if draws is None else draws)
    apart = np.abs(predicted - restricted(seen, longest, cause))
    return np.asarray(weight @ apart / weight.sum(1), np.float64)


def restricted(seen: Observed, longest: float, cause: int = 1) -> Floats:
    return np.where(seen.kinds == cause, np.minimum(seen.times, longest), longest)


def median(seen: Observed, longest: float, cause: int = 1) -> float:
    """The one time that is nearest to all (weighed): what a prediction has to beat."""
    weight, times = inverse_chance(seen, np.array([longest]))[:, 0], restricted(seen, longest, cause)
    order = np.argsort(times)
    reached = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    return float(times[order][reached])


def _weights(truth: Classed, draws: Floats | None) -> Floats:
    return np.asarray(truth.weight * (1.0 if draws is None else draws), np.float64).reshape(-1, len(truth.weight))


def _auroc(score: Floats, own: np.ndarray[tuple[int], np.dtype[np.bool_]], weight: Floats) -> Floats:
    _, place = np.unique(score, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(place[order]) > 0])
    yes = np.add.reduceat((weight * own)[:, order], starts, 1)
    no = np.add.reduceat((weight * ~own)[:, order], starts, 1)
    below = np.cumsum(no, 1) - no / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((yes * below).sum(1) / (yes.sum(1) * no.sum(1)), np.float64)
