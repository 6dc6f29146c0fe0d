"""Competing risks whose truth is known, from formulas: who dies when, who is discharged before, who is lost.

Two causes: 1 is predicted, 2 competes. Covariates are independent standard normal numbers, some without any effect.
Frozen from the formulas in these comments, apart from the code that is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
OWN = (0.8, -0.6, 0.4, 0.0, 0.0)
RIVAL = (0.0, 0.0, -0.3, 0.5, 0.3)
NOISE = 5  # covariates without effect beside these
EVER = 0.4  # chance of cause 1 at last, of who has 0 in every covariate
LONGEST = 4.0  # the end of the study
STEPS = 4000  # of the numerical integral


@dataclass(frozen=True)
class Drawn:
    x: Floats  # (n, p) what is given to the models
    times: Floats  # (n,)
    kinds: npt.NDArray[np.int64]  # (n,)
    truth: Callable[[Floats], Floats]  # horizons (h,) -> (n, 2, h) of all covariates, also those that are not given


@dataclass(frozen=True)
class Design:
    name: str
    crossing: bool = False
    lost: float = 0.25  # rate of censoring, a unit of time
    step: float = 0.0  # times are rounded up to it; 0: not
    hidden: int = -1  # a covariate that the models do not get

    def draw(self, persons: int, seed: int) -> Drawn:
        rng = np.random.default_rng([seed, persons])
        x = rng.normal(size=(persons, len(OWN) + NOISE))
        own, rival = x[:, : len(OWN)] @ OWN, x[:, : len(OWN)] @ RIVAL
        latent, kind, truth = _crossing(x[:, 0], own, rival, rng) if self.crossing else _proportional(own, rival, rng)
        away = np.minimum(rng.exponential(1 / self.lost, persons), LONGEST)
        times, kinds = np.minimum(latent, away), np.where(latent <= away, kind, 0)
        if self.step:
            times = np.ceil(times / self.step) * self.step
        given = np.delete(x, self.hidden, 1) if self.hidden >= 0 else x
        return Drawn(given, times, kinds, truth)


DESIGNS = (
    Design("proportional"),
    Design("crossing", crossing=True),
    Design("heavy_censoring", lost=2.0),
    Design("ties", step=0.25),
    Design("left_out", hidden=0),
)

Latent = tuple[Floats, npt.NDArray[np.int64], Callable[[Floats], Floats]]


def _proportional(own: Floats, rival: Floats, rng: np.random.Generator) -> Latent:
    """Fine and Gray 1999: F1(t) = 1 - (1 - q (1 - exp(-t)))^exp(x b); else cause 2, at rate exp(x c)."""
    ever = 1 - (1 - EVER) ** np.exp(own)
    first = rng.random(len(own)) < ever
    share = rng.random(len(own)) * ever
    mine = -np.log(1 - (1 - (1 - share) ** np.exp(-own)) / EVER)
    theirs = rng.exponential(np.exp(-rival))

    def truth(horizons: Floats) -> Floats:
        one = 1 - (1 - EVER * -np.expm1(-horizons)) ** np.exp(own)[:, None]
        two = (1 - ever)[:, None] * -np.expm1(-np.exp(rival)[:, None] * horizons)
        return np.stack([one, two], 1)

    return np.where(first, mine, theirs), np.where(first, 1, 2), truth


def _crossing(split: Floats, own: Floats, rival: Floats, rng: np.random.Generator) -> Latent:
    """Hazards of cause 1 are 0.4 exp(x b) k t^(k-1), k = 2 where the first covariate is positive, else 0.6."""
    shape, rate = np.where(split > 0, 2.0, 0.6), 0.4 * np.exp(own)
    mine = (rng.exponential(size=len(own)) / rate) ** (1 / shape)
    theirs = rng.exponential(1 / (0.6 * np.exp(rival)))

    def truth(horizons: Floats) -> Floats:
        grid = np.linspace(0, horizons.max(), STEPS + 1)
        parts = [_integral(grid, rate[i] * grid ** shape[i], 0.6 * np.exp(rival[i]) * grid) for i in range(len(own))]
        return np.array([[np.interp(horizons, grid, each) for each in part] for part in parts])

    return np.minimum(mine, theirs), np.where(mine <= theirs, 1, 2), truth


def _integral(grid: Floats, one: Floats, two: Floats) -> tuple[Floats, Floats]:
    """Incidences from cumulative hazards on a grid."""
    steps, rivals = np.diff(one), np.diff(two)
    before = np.exp(-(one + two))[:-1]
    leaving = before * -np.expm1(-(steps + rivals)) / (steps + rivals)
    return np.r_[0.0, np.cumsum(leaving * steps)], np.r_[0.0, np.cumsum(leaving * rivals)][: len(grid)]
