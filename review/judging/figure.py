"""A figure as it is shown: its value, its interval of 95 %, and what it was counted from."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from eval.coding_sheet import Floats
from eval.resampling import draws

FEWEST = 5  # charts; of fewer no figure is given
RESAMPLES = 1000
CELLS = 2_000_000  # of a table of draws: 16 MB

Measure = Callable[[Floats], Floats]
"""Weights of charts, one row a draw (D, charts), to one value a draw; NaN where nothing can be said."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`of`: what was counted, `many` times, in `charts` charts. Value and interval are NaN where none can be given;
    the interval alone, where all charts are alike.
    """

    name: str
    value: float
    low: float
    high: float
    many: int
    of: str
    charts: int

    @property
    def given(self) -> bool:
        return not math.isnan(self.value)

    @property
    def bounded(self) -> bool:
        return not math.isnan(self.low + self.high)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a figure is called and counted from. `low`, `high`: what it can reach at most."""

    name: str
    many: int
    of: str
    charts: int
    low: float = 0.0
    high: float = 1.0


def resampled(measure: Measure, charts: int, said: Counted) -> Figure:
    """With the percentiles of draws of whole charts: what is said of the codes of one chart hangs together (the cluster
    bootstrap; for kappa: Kang and others 2013, doi 10.1002/sim.5796). Its coders are taken as they are.
    """
    if said.charts < FEWEST:
        return none(said)
    return within(float(measure(np.ones((1, charts)))[0]), measure(weights(charts)), said)


def minus(first: Figure, second: Figure, name: str) -> Figure:
    """first - second, of charts that know nothing of each other: out of the intervals of both (Newcombe, Stat Med
    1998;17:873-890, its method 10, for any two figures: Zou and Donner, Stat Med 2008;27:1693-1702)."""
    said = _both(first, second, name)
    if not (first.given and second.given):
        return none(said)
    gap = first.value - second.value
    low = gap - math.hypot(first.value - first.low, second.high - second.value)
    high = gap + math.hypot(first.high - first.value, second.value - second.low)
    return Figure(name, gap, low, high, said.many, said.of, said.charts)


def over(first: Figure, second: Figure, name: str) -> Figure:
    """first / second, the same way, of logarithms."""
    said = _both(first, second, name)
    if not (first.given and second.given and min(first.low, second.low) > 0):
        return none(said)
    one, other = (tuple(math.log(end) for end in (each.value, each.low, each.high)) for each in (first, second))
    gap = one[0] - other[0]
    low = gap - math.hypot(one[0] - one[1], other[2] - other[0])
    high = gap + math.hypot(one[2] - one[0], other[0] - other[1])
    return Figure(name, math.exp(gap), math.exp(low), math.exp(high), said.many, said.of, said.charts)


def _both(first: Figure, second: Figure, name: str) -> Counted:
    return Counted(name, min(first.many, second.many), first.of, min(first.charts, second.charts))


def within(value: float, drawn: Floats, said: Counted) -> Figure:
    """The value between the 2.5th and 97.5th percentile of the draws."""
    drawn = drawn[~np.isnan(drawn)]
    if math.isnan(value) or not len(drawn):
        return none(said)
    low, high = (float(min(max(end, said.low), said.high)) for end in np.percentile(drawn, [2.5, 97.5]))
    if high - low < 1e-12:
        low = high = math.nan
    return Figure(said.name, value, low, high, said.many, said.of, said.charts)


def exact(yes: int, said: Counted) -> Figure:
    """A share of things that know nothing of each other, one a chart: Clopper and Pearson (Biometrika 1934;26:404-413).

    Never too narrow, also where all or none are.
    """
    from scipy.stats import beta

    if said.charts < FEWEST or said.many == 0:
        return none(said)
    low = 0.0 if yes == 0 else float(beta.ppf(0.025, yes, said.many - yes + 1))
    high = 1.0 if yes == said.many else float(beta.ppf(0.975, yes + 1, said.many - yes))
    return Figure(said.name, yes / said.many, low, high, said.many, said.of, said.charts)


def none(said: Counted) -> Figure:
    return Figure(said.name, math.nan, math.nan, math.nan, said.many, said.of, said.charts)


def ratio(top: Floats, bottom: Floats) -> Measure:
    """Sums over charts, divided."""

    def measure(weights: Floats) -> Floats:
        below = weights @ bottom
        found: Floats = np.divide(weights @ top, below, out=np.full(len(weights), np.nan), where=below > 0)
        return found

    return measure


@lru_cache(maxsize=2)
def weights(charts: int) -> Floats:
    """The same draws for every figure of so many charts, so that figures on a page fit together. Fewer draws where
    there are many charts: their intervals are narrow."""
    return draws([str(n) for n in range(charts)], min(RESAMPLES, max(CELLS // max(charts, 1), 200)))
