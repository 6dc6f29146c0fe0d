"""EBGM with EB05 and EB95: the multi-item gamma Poisson shrinker (DuMouchel 1999).

The posterior of a pair is a mixture of two gamma distributions; EBGM is its geometric mean. Quantiles are solved to
1e-10; `vigipy` stops at the step of its bisection whose probability is within 1e-5.
"""

from dataclasses import dataclass

import numpy as np

from nlp.adverse.signals.cells import Cells, Floats
from nlp.adverse.signals.prior import Prior

GUARD = 1e-10  # that vigipy adds to expected counts
NEWTON = 1e-6  # a last step of Newton so small leaves an error near its square
NEAR = 1e-5  # of a probability: where vigipy's bisection ends
STEPS, MOST = 35, 60  # of its bisection; of Newton's steps, where four are the rule


@dataclass(frozen=True)
class Shrunk:
    """`null`: posterior probability that the pair is reported no oftener than expected."""

    value: Floats
    lower: Floats  # EB05
    upper: Floats  # EB95
    null: Floats


@dataclass(frozen=True)
class Posterior:
    """Gamma(a1, b1) with weight q, Gamma(a2, b2) with 1 - q; one element a pair."""

    q: Floats
    a1: Floats
    b1: Floats
    a2: Floats
    b2: Floats

    def take(self, at: Floats) -> "Posterior":
        return Posterior(self.q[at], self.a1[at], self.b1[at], self.a2[at], self.b2[at])

    def below(self, x: Floats) -> Floats:
        """The probability of a ratio up to x."""
        from scipy.special import gammainc

        return np.asarray(self.q * gammainc(self.a1, self.b1 * x) + (1 - self.q) * gammainc(self.a2, self.b2 * x))

    def density(self, x: Floats) -> Floats:
        from scipy.special import gammaln

        one = np.exp(self.a1 * np.log(self.b1) + (self.a1 - 1) * np.log(x) - self.b1 * x - gammaln(self.a1))
        two = np.exp(self.a2 * np.log(self.b2) + (self.a2 - 1) * np.log(x) - self.b2 * x - gammaln(self.a2))
        return np.asarray(self.q * one + (1 - self.q) * two)


def shrink(cells: Cells, prior: Prior, like: str = "exact") -> Shrunk:
    from scipy.special import digamma

    after = posterior(cells, prior, GUARD if like == "vigipy" else 0.0)
    log = after.q * (digamma(after.a1) - np.log(after.b1)) + (1 - after.q) * (digamma(after.a2) - np.log(after.b2))
    solve = _bisect if like == "vigipy" else _solve
    lower, upper = (solve(after, at) for at in (0.05, 0.95))
    return Shrunk(np.exp(log), lower, upper, after.below(np.ones(len(cells.a))))


def posterior(cells: Cells, prior: Prior, guard: float = 0.0) -> Posterior:
    from scipy.special import gammaln, xlogy

    n, e = cells.a, cells.expected
    logs = [
        gammaln(n + r) - gammaln(r) + xlogy(r, b / (b + e + guard)) + xlogy(n, 1 - b / (b + e + guard))
        for r, b in ((prior.alpha1, prior.beta1), (prior.alpha2, prior.beta2))
    ]
    most = np.maximum(*logs)
    one, two = prior.w * np.exp(logs[0] - most), (1 - prior.w) * np.exp(logs[1] - most)
    return Posterior(one / (one + two), prior.alpha1 + n, prior.beta1 + e, prior.alpha2 + n, prior.beta2 + e)


def _bisect(after: Posterior, at: float) -> Floats:
    """vigipy's steps: from 1, between 0 and ten times the mean, until the probability is NEAR."""
    high = np.maximum(1000.0, 10.0 * np.maximum(after.a1 / after.b1, after.a2 / after.b2))
    low, x = np.zeros_like(high), np.ones_like(high)
    left = np.arange(len(x))
    for _ in range(STEPS):
        over = after.take(left).below(x[left]) - at
        left, over = left[np.abs(over) >= NEAR], over[np.abs(over) >= NEAR]
        if not len(left):
            break
        here, above = x[left], over > 0
        x[left] = np.where(above, (here + low[left]) * 0.5, (high[left] + here) * 0.5)
        high[left] = np.where(above, here, high[left])
        low[left] = np.where(above, low[left], here)
    return np.asarray(x)


def _begin(after: Posterior, mean: Floats, at: float) -> Floats:
    """The quantile of one gamma of the same mean and variance, as Wilson and Hilferty approach it."""
    from scipy.stats import norm

    parts = ((after.q, after.a1, after.b1), (1 - after.q, after.a2, after.b2))
    square = sum(weight * a * (a + 1) / b**2 for weight, a, b in parts)
    shape = mean**2 / np.maximum(square - mean**2, 1e-12 * mean**2)
    return np.asarray(mean * np.maximum(1 - 1 / (9 * shape) + float(norm.ppf(at)) / (3 * np.sqrt(shape)), 0.05) ** 3)


def _solve(after: Posterior, at: float) -> Floats:
    """Bisection on the way, Newton at the end, never outside what is bracketed."""
    mean = after.q * after.a1 / after.b1 + (1 - after.q) * after.a2 / after.b2
    low, high = (
        np.zeros_like(mean),
        10.0 * np.maximum(after.a1 / after.b1, after.a2 / after.b2) + 10.0 / np.minimum(after.b1, after.b2),
    )
    x, left = _begin(after, mean, at), np.arange(len(mean))
    for _ in range(MOST):
        part, here = after.take(left), x[left]
        over = part.below(here) - at
        high[left], low[left] = np.where(over > 0, here, high[left]), np.where(over > 0, low[left], here)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = here - over / part.density(here)
        inside = (step > low[left]) & (step < high[left])  # false for nan
        x[left] = np.where(inside, step, (low[left] + high[left]) / 2)
        left = left[~inside | (np.abs(x[left] - here) > NEWTON * here)]
        if not len(left):
            break
    return np.asarray(x)
