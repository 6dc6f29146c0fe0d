"""Empirical calibration: what estimates of pairs look like that are known to be none (Schuemie 2014).

Estimates of negative controls are normal about the systematic error: mean mu, spread sigma, beside their own standard
errors. With few controls mu and sigma are uncertain themselves: p and intervals average over what they may be (on a
grid, as the authors' Bayesian form does by sampling).
"""

from dataclasses import dataclass

import numpy as np

from nlp.adverse.signals.cells import Floats

FEWEST = 5  # controls with which a null is fitted
CENTRE, SPREAD = 0.5, 0.4  # priors: sd of mu, scale of the half-normal of sigma


@dataclass(frozen=True)
class Null:
    """A grid of mu and sigma with the weight of each: the posterior."""

    mu: Floats
    sigma: Floats
    weight: Floats

    @property
    def mean(self) -> float:
        return float(self.weight @ self.mu)

    @property
    def sd(self) -> float:
        """Of the systematic error of another pair: its spread, and that its mean is not known."""
        return float(np.sqrt(self.weight @ (self.sigma**2 + (self.mu - self.mean) ** 2)))

    def p(self, log: float, se: float) -> float:
        """One-sided: of a pair that is none, the chance of an estimate as high."""
        from scipy.stats import norm

        return float(self.weight @ norm.sf((log - self.mu) / np.sqrt(self.sigma**2 + se**2)))

    def interval(self, log: float, se: float) -> tuple[float, float, float]:
        """Value, lower and upper bound (95 %), on the logarithm."""
        width = 1.96 * float(np.hypot(se, self.sd))
        return log - self.mean, log - self.mean - width, log - self.mean + width


def null(logs: Floats, ses: Floats) -> Null | None:
    """None with fewer controls than FEWEST."""
    if len(logs) < FEWEST:
        return None
    grid = np.meshgrid(np.linspace(-3.0, 3.0, 121), np.linspace(0.01, 3.0, 80), indexing="ij")
    mu, sigma = (axis.ravel() for axis in grid)
    variance = sigma[:, None] ** 2 + ses[None, :] ** 2
    log = -0.5 * (np.log(variance) + (logs[None, :] - mu[:, None]) ** 2 / variance).sum(1)
    log -= 0.5 * ((mu / CENTRE) ** 2 + (sigma / SPREAD) ** 2)
    weight = np.exp(log - log.max())
    return Null(mu, sigma, weight / weight.sum())
