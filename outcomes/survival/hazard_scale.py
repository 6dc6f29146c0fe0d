"""Recalibration of hazards by period: one multinomial line on the log odds of each cause, learned on rows held out."""

from dataclasses import dataclass

import numpy as np

from eval.survival import Floats
from outcomes.survival.periods import PersonPeriods

LEAST = 1e-6


@dataclass(frozen=True)
class HazardScale:
    """log odds of cause against none = start + slope * those of the model."""

    start: Floats  # (k,)
    slope: Floats  # (k,)

    def __call__(self, hazards: Floats) -> Floats:
        """(..., k) -> (..., k)"""
        odds = np.exp(np.minimum(self.start + self.slope * log_odds(hazards), 50.0))
        return np.asarray(odds / (1 + odds.sum(-1, keepdims=True)), np.float64)


def log_odds(hazards: Floats) -> Floats:
    """Of each cause against none."""
    none = np.maximum(1 - hazards.sum(-1, keepdims=True), LEAST)
    return np.asarray(np.log(np.maximum(hazards, LEAST) / none), np.float64)


def learned(hazards: Floats, rows: PersonPeriods, causes: int) -> HazardScale:
    """hazards (r, k) of models that did not see these rows. A cause that is hardly there keeps its slope of 1."""
    from scipy.optimize import minimize

    line, weight = log_odds(hazards), rows.weight
    happened = np.stack([rows.kind == cause for cause in range(1, causes + 1)], 1).astype(np.float64)
    enough = (happened * weight[:, None]).sum(0) >= 20

    def lost(theta: Floats) -> tuple[float, Floats]:
        start, slope = theta[:causes], np.where(enough, theta[causes:], 1.0)
        score = start + slope * line
        top = np.maximum(score.max(1, keepdims=True), 0)
        total = np.exp(-top[:, 0]) + np.exp(score - top).sum(1)
        said = np.exp(score - top) / total[:, None]
        value = weight @ (top[:, 0] + np.log(total) - (happened * score).sum(1))
        rest = (said - happened) * weight[:, None]
        return float(value), np.r_[rest.sum(0), np.where(enough, (rest * line).sum(0), 0.0)]

    begin = np.r_[np.zeros(causes), np.ones(causes)]
    scale = max(weight.sum(), 1.0)
    found = minimize(lambda theta: tuple(each / scale for each in lost(theta)), begin, jac=True, method="L-BFGS-B")
    slope = np.where(enough, np.clip(found.x[causes:], 0.05, 5.0), 1.0)
    return HazardScale(np.where(enough, found.x[:causes], 0.0), slope)
