"""Maps from a score to a probability: none, logistic, beta, isotonic; learned on scores of persons not trained on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Kind = Literal["none", "logistic", "beta", "isotonic"]
KINDS: tuple[Kind, ...] = ("none", "logistic", "beta", "isotonic")  # simplest first
EDGE = 1e-6


@dataclass(frozen=True)
class Map:
    """Rising, so that ranks stay (isotonic: but for ties)."""

    kind: Kind = "none"
    numbers: tuple[float, ...] = ()  # of logistic and beta: intercept, weight of ln p, weight of -ln(1 - p)
    points: tuple[tuple[float, float], ...] = ()  # of isotonic: score and probability, straight lines between

    def apply(self, scores: Floats) -> Floats:
        if self.kind == "none":
            return scores
        if self.kind == "isotonic":
            at, to = np.array(self.points).T
            return np.asarray(np.interp(scores, at, to))
        return np.asarray(expit((_inputs(scores) * np.array(self.numbers)).sum(-1)))  # a row is the same alone


def learn(kind: Kind, scores: Floats, label: Floats) -> Map:
    if kind == "none":
        return Map()
    if kind == "isotonic":
        return _isotonic(scores, label)
    return Map(kind, _weights(scores, label, same=kind == "logistic"))


def log_loss(probability: Floats, label: Floats) -> Floats:
    """(m,)"""
    held = np.clip(probability, EDGE, 1 - EDGE)
    return np.asarray(-(label * np.log(held) + (1 - label) * np.log(1 - held)))


def _inputs(scores: Floats) -> Floats:
    held = np.clip(scores, EDGE, 1 - EDGE)
    return np.stack([np.ones_like(held), np.log(held), -np.log(1 - held)], -1)


def _weights(scores: Floats, label: Floats, *, same: bool) -> tuple[float, ...]:
    """Logistic (Platt): both weights the same. Beta: Kull, Silva Filho and Flach, AISTATS 2017. None below 0."""
    from scipy.optimize import minimize

    inputs = _inputs(scores)
    inputs = np.c_[inputs[:, 0], inputs[:, 1] + inputs[:, 2]] if same else inputs

    def loss(weights: Floats) -> tuple[float, Floats]:
        z = inputs @ weights
        return float((np.logaddexp(0, z) - label * z).mean()), inputs.T @ (expit(z) - label) / len(label)

    start = np.r_[0.0, np.ones(inputs.shape[1] - 1)]
    limits = [(None, None), *[(0, None)] * (len(start) - 1)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-12}).x
    return tuple(float(one) for one in (found[0], found[1], found[-1]))


def _isotonic(scores: Floats, label: Floats) -> Map:
    from sklearn.isotonic import IsotonicRegression

    fit = IsotonicRegression(y_min=0, y_max=1).fit(scores, label)
    points = zip(fit.X_thresholds_.tolist(), fit.y_thresholds_.tolist(), strict=True)
    return Map("isotonic", points=tuple((float(at), float(to)) for at, to in points))
