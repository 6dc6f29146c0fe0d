"""Measures of predicted risks, each for all draws of a bootstrap at once.

labels (n,) 1 or 0, scores (n,), weights (draws, n) as eval/resampling.py draws them; figures (draws,). What cannot be
told of a draw, such as the AUROC of one class, is NaN.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from eval.resampling import Estimate, around

Floats = npt.NDArray[np.float64]
Measure = Callable[[Floats, Floats, Floats], Floats]
AT_ONCE = 128  # draws


def estimate(measure: Measure, labels: Floats, scores: Floats, weights: Floats) -> Estimate:
    return around(plain(measure, labels, scores), measure(labels, scores, weights))


def difference(measure: Measure, labels: Floats, first: Floats, second: Floats, weights: Floats) -> Estimate:
    """first - second, on the same draws."""
    value = plain(measure, labels, first) - plain(measure, labels, second)
    return around(value, measure(labels, first, weights) - measure(labels, second, weights))


def plain(measure: Measure, labels: Floats, scores: Floats) -> float:
    """Each row once."""
    return float(measure(labels, scores, np.ones((1, len(labels))))[0])


def auroc(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Mann-Whitney: a tie is one half."""
    good, bad = _by_score(labels, scores, weights)
    below = np.cumsum(bad, 1) - bad
    return _ratio((good * (below + bad / 2)).sum(1), good.sum(1) * bad.sum(1))


def auprc(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Average precision: the precision at each score, weighted by the positives that have it; no interpolation."""
    good, bad = _by_score(labels, scores, weights)
    above = np.cumsum(good[:, ::-1], 1)[:, ::-1]
    listed = above + np.cumsum(bad[:, ::-1], 1)[:, ::-1]
    precision = np.divide(above, listed, out=np.zeros_like(above), where=listed > 0)
    return _ratio((good * precision).sum(1), good.sum(1))


def min_se_ppv(threshold: float) -> Measure:
    """min(sensitivity, positive predictive value), Event 1 of PhysioNet/CinC 2012; positive is score >= threshold.

    The threshold is chosen elsewhere: on the rows that are judged it would flatter.
    """

    def measure(labels: Floats, scores: Floats, weights: Floats) -> Floats:
        called = scores >= threshold
        hits = weights @ (labels * called)
        return _ratio(hits, np.maximum(weights @ labels, weights @ called.astype(float)))

    return measure


def balanced_threshold(labels: Floats, scores: Floats) -> float:
    """Calls as many rows positive as are: there sensitivity and PPV are equal, and min(Se, PPV) at its most.

    The highest point of the measured curve beside it is chance, so it is not looked for.
    """
    positives = int(labels.sum())
    if positives in (0, len(labels)):
        return float(scores.max(initial=0.0)) if positives == 0 else float(scores.min())
    falling = np.sort(scores)[::-1]
    return float((falling[positives - 1] + falling[positives]) / 2)


def brier(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    return _ratio(weights @ (labels - scores) ** 2, weights.sum(1))


def observed_expected(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    return _ratio(weights @ labels, weights @ scores)


def ece(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Expected calibration error: |mean score - share of positives|, over 10 bins of equally many rows."""
    return calibration_error()(labels, scores, weights)


def calibration_error(bins: int = 10, *, equal_width: bool = False) -> Measure:
    """ECE with bins of equally many rows (rows of one score stay together), or of equal width on [0, 1].

    Bins are those of all rows, whatever is drawn. Bins of equal width leave most rows in one bin where events are rare.
    """

    def measure(labels: Floats, scores: Floats, weights: Floats) -> Floats:
        place = _equal_width(scores, bins) if equal_width else _equal_mass(scores, bins)
        gaps = weights @ ((labels - scores)[:, None] * (place[:, None] == np.arange(bins)))
        return _ratio(np.abs(gaps).sum(1), weights.sum(1))

    return measure


def _equal_width(scores: Floats, bins: int) -> npt.NDArray[np.int64]:
    return np.clip((scores * bins).astype(np.int64), 0, bins - 1)


def _equal_mass(scores: Floats, bins: int) -> npt.NDArray[np.int64]:
    before = np.searchsorted(np.sort(scores), scores, "left")
    return np.asarray(before * bins // max(len(scores), 1), np.int64)


def calibration_slope(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Of a logistic regression of the label on the logit of the score: 1 is right, below 1 is too extreme."""
    return _recalibration(labels, scores, weights)[0]


def calibration_intercept(labels: Floats, scores: Floats, weights: Floats) -> Floats:
    """Of the same regression with its slope held at 1 (calibration in the large): 0 is right."""
    return _recalibration(labels, scores, weights, held=True)[1]


def _recalibration(labels: Floats, scores: Floats, weights: Floats, *, held: bool = False) -> tuple[Floats, Floats]:
    """Slope and intercept of each draw, by Newton's method; NaN where a draw has one class only."""
    parts = [_newton(labels, scores, weights[i : i + AT_ONCE], held) for i in range(0, len(weights), AT_ONCE)]
    slope, intercept = (np.concatenate(part) for part in zip(*parts, strict=True))
    return slope, intercept


def _newton(labels: Floats, scores: Floats, weights: Floats, held: bool) -> tuple[Floats, Floats]:
    x = logit(scores)
    slope, intercept = np.ones(len(weights)), np.zeros(len(weights))
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(slope[:, None] * x + intercept[:, None], -30, 30)))
        off, spread = weights * (labels - p), weights * p * (1 - p)
        g0, g1 = off.sum(1), off @ x
        h00, h01, h11 = spread.sum(1), spread @ x, spread @ x**2
        if held:
            moved = _ratio(g0, h00), np.zeros_like(g0)
        else:
            det = h00 * h11 - h01**2
            moved = _ratio(h11 * g0 - h01 * g1, det), _ratio(h00 * g1 - h01 * g0, det)
        intercept, slope = intercept + np.clip(moved[0], -3, 3), slope + np.clip(moved[1], -1, 1)
        if np.nanmax(np.abs(moved), initial=0) < 1e-9:
            break
    both = (weights @ labels > 0) & (weights @ (1 - labels) > 0)
    return np.where(both, slope, np.nan), np.where(both, intercept, np.nan)


def logit(scores: Floats) -> Floats:
    held = np.clip(scores, 1e-7, 1 - 1e-7)
    return np.asarray(np.log(held / (1 - held)))


def _by_score(labels: Floats, scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(draws, different scores, rising): weight of positives and of negatives."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0]) if len(order) else np.zeros(0, np.int64)
    if not len(order):
        return np.zeros((len(weights), 1)), np.zeros((len(weights), 1))
    held, positive = weights[:, order], labels[order]
    good, bad = held * positive, held * (1 - positive)
    if len(starts) == len(order):
        return good, bad
    return np.add.reduceat(good, starts, axis=1), np.add.reduceat(bad, starts, axis=1)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0))
