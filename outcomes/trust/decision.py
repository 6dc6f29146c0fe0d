"""Is acting on the prediction worth it: decision curves and threshold tables.

Net benefit (Vickers and Elkin 2006): true positives less false positives, a row, each false one weighed by the odds of
the threshold. Who acts at 10 % accepts nine false alarms for one found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.risk import Floats
from outcomes.timeline import Bools

THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
SMALL = 5


@dataclass(frozen=True)
class Curve:
    """Net benefit at each threshold, of acting on the model, on everybody, on nobody (0)."""

    thresholds: Floats
    model: Floats
    low: Floats  # of the interval of 95 % of `model`; NaN: not drawn
    high: Floats
    everybody: Floats

    @property
    def useful(self) -> tuple[float, float] | None:
        """The thresholds between which the model beats both acting on everybody and on nobody."""
        better = self.thresholds[self.model > np.maximum(self.everybody, 0) + 1e-12]
        return (float(better[0]), float(better[-1])) if len(better) else None


def curve(labels: Floats, scores: Floats, thresholds: Floats | None = None, weights: Floats | None = None) -> Curve:
    """weights (draws, n) as eval/resampling.py draws them, for the interval."""
    at = np.linspace(0.01, 0.6, 60) if thresholds is None else np.asarray(thresholds, np.float64)
    ones = np.ones((1, len(labels)))
    model = net_benefit(labels, scores, at, ones)[0]
    everybody = net_benefit(labels, np.ones(len(labels)), at, ones)[0]
    if weights is None:
        return Curve(at, model, np.full(len(at), np.nan), np.full(len(at), np.nan), everybody)
    drawn = net_benefit(labels, scores, at, weights)
    low, high = np.percentile(drawn - drawn.mean(0), [2.5, 97.5], axis=0)
    return Curve(at, model, model + low, model + high, everybody)


def net_benefit(labels: Floats, scores: Floats, thresholds: Floats, weights: Floats) -> Floats:
    """(draws, thresholds); acts where score >= threshold."""
    called = (scores[:, None] >= thresholds).astype(np.float64)
    worth = labels[:, None] - (1 - labels[:, None]) * thresholds / (1 - thresholds)
    return np.asarray(weights @ (called * worth) / np.maximum(weights.sum(1, keepdims=True), 1e-12))


@dataclass(frozen=True)
class AtThreshold:
    """Shares; NaN where nobody is in the denominator, or where fewer than 5 rows would stand behind one."""

    threshold: float
    called: float
    sensitivity: float
    specificity: float
    ppv: float
    npv: float
    net_benefit: float


def table(labels: Floats, scores: Floats, thresholds: Sequence[float] = THRESHOLDS) -> list[AtThreshold]:
    """Thresholds are given, not chosen here: on the rows that are judged the best one would flatter."""
    ones = np.ones((1, len(labels)))
    worth = net_benefit(labels, scores, np.asarray(thresholds), ones)[0]
    return [_row(labels, scores >= t, t, float(w)) for t, w in zip(thresholds, worth, strict=True)]


def _row(labels: Floats, called: Bools, threshold: float, worth: float) -> AtThreshold:
    """Where one of the four counts is small, the row tells how many are called and no more."""
    yes = labels == 1
    counts = [int(((yes == a) & (called == b)).sum()) for a in (True, False) for b in (True, False)]
    if any(0 < n < SMALL for n in counts):
        return AtThreshold(threshold, _share(called), *[float("nan")] * 5)
    return AtThreshold(
        threshold, _share(called), _share(called[yes]), _share(~called[~yes]), _share(yes[called]),
        _share(~yes[~called]), worth,
    )  # fmt: skip


def _share(held: Bools) -> float:
    return float(held.mean()) if len(held) else float("nan")
