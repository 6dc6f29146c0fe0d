"""The prior of the gamma Poisson shrinker by maximum likelihood: a mixture of two gammas (DuMouchel 1999).

Counts are seen only where a pair was reported, so the likelihood is that of counts above 0. `ml` finds its maximum by
gradients; `vigipy` stops where that package stops: 500 steps of Nelder and Mead from DuMouchel's values.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nlp.adverse.signals.cells import Floats

START = (0.2041, 0.05816, 1.415, 1.838, 0.0969)  # DuMouchel 1999, as vigipy and openEBGM begin
STARTS = (START, (0.5, 0.5, 2.0, 2.0, 0.2), (0.1, 0.1, 8.0, 8.0, 0.05), (2.0, 0.5, 5.0, 6.0, 0.1))
SAMPLE = 20_000  # cells from which the maximum is first approached
TINY = float(np.finfo(np.float32).eps)
BOUNDS = ((TINY, 20), (TINY, 10), (TINY, 20), (TINY, 10), (0, 1))  # of vigipy's search
CHUNK = 16_384  # cells at a time: what a core's cache holds


@dataclass(frozen=True)
class Prior:
    """Gamma(alpha1, beta1) with weight w, Gamma(alpha2, beta2) with 1 - w; beta are rates."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    w: float

    def values(self) -> tuple[float, float, float, float, float]:
        return self.alpha1, self.beta1, self.alpha2, self.beta2, self.w


def fit(a: Floats, expected: Floats, how: str = "ml") -> Prior:
    """`a`: counts of 1 and more, one a pair. Needs some pairs: with fewer than 10, DuMouchel's values stand."""
    from scipy.optimize import minimize

    if len(a) < 10:
        return Prior(*START)
    if how == "vigipy":
        found = minimize(lambda p: loss(p, a, expected), START, method="Nelder-Mead", bounds=BOUNDS,
                         options={"maxiter": 500})  # fmt: skip
        return Prior(*(float(x) for x in found.x))
    return _maximum(a, expected)


def loss(p: Floats, a: Floats, expected: Floats) -> float:
    """Minus the log likelihood of counts above 0, as vigipy writes it down to its guards."""
    from scipy.special import gammaln

    logs = []
    for r, b in ((p[0], p[1]), (p[2], p[3])):
        chance = np.clip(b / (b + expected + 1e-10), 1e-10, 1 - 1e-10)
        logs.append((gammaln(a + r) - gammaln(r) + r * np.log(chance) + a * np.log(1 - chance), r * np.log(chance)))
    (one, none1), (two, none2) = logs
    most, w = np.maximum(one, two), p[4]
    mixed = most + np.log(np.maximum(w * np.exp(one - most) + (1 - w) * np.exp(two - most), 1e-300)) - gammaln(a + 1)
    seen = 1 - (w * np.exp(none1) + (1 - w) * np.exp(none2))
    return float(np.sum(-mixed + np.log(np.maximum(seen, 1e-7))))


def _maximum(a: Floats, expected: Floats) -> Prior:
    """From several starts on a sample of cells, the best then on all, at last by Newton's steps."""
    every = max(1, len(a) // SAMPLE)
    few = _gradient(a[::every], expected[::every])
    begun = [_descend(few, _free(np.array(start))) for start in STARTS]
    best = min(begun, key=lambda found: found[1])[0]
    whole = _gradient(a, expected)
    found = _newton(whole, _descend(whole, best)[0])
    values = [float(x) for x in _bound(found)]
    return Prior(
        *(values if values[0] / values[1] > values[2] / values[3] else [*values[2:4], *values[:2], 1 - values[4]])
    )


Loss = Callable[[Floats], tuple[float, Floats]]
LIMITS = [(-14.0, 9.0)] * 4 + [(-16.0, 16.0)]


def _free(p: Floats) -> Floats:
    """Log and logit: every value is allowed."""
    return np.append(np.log(p[:4]), np.log(p[4] / (1 - p[4])))


def _bound(x: Floats) -> Floats:
    return np.append(np.exp(x[:4]), 1 / (1 + np.exp(-x[4])))


def _descend(loss_of: Loss, start: Floats) -> tuple[Floats, float]:
    from scipy.optimize import minimize

    found = minimize(
        loss_of, start, jac=True, method="L-BFGS-B", bounds=LIMITS, options={"maxiter": 200, "ftol": 1e-10}
    )
    return found.x, float(found.fun)


def _newton(loss_of: Loss, x: Floats, steps: int = 3) -> Floats:
    """Newton's steps with a Hessian by differences of the gradient; a step that does not help is not taken."""
    value, slope = loss_of(x)
    for _ in range(steps):
        hessian = np.array([(loss_of(x + h)[1] - slope) / 1e-5 for h in np.eye(5) * 1e-5])
        step = np.linalg.lstsq((hessian + hessian.T) / 2, -slope, rcond=1e-10)[0]
        if np.abs(step).max() > 1:
            break
        at, slope_at = loss_of(x + step)
        if at > value + 1e-9 * abs(value):
            break
        x, value, slope = x + step, at, slope_at
    return x


def _gradient(a: Floats, expected: Floats) -> Loss:
    """The loss per cell with its gradient in the free values; counts are few, so their gammas are a table."""
    counts, place = np.unique(a, return_inverse=True)
    pieces = [slice(at, at + CHUNK) for at in range(0, len(a), CHUNK)]

    def of(x: Floats) -> tuple[float, Floats]:
        p = _bound(x)
        table = _table(p, counts)
        total, slope = 0.0, np.zeros(5)
        for piece in pieces:
            value, part = _piece(p, table[:, place[piece]], a[piece], expected[piece])
            total, slope = total + value, slope + part
        slope = slope * np.append(p[:4], p[4] * (1 - p[4]))
        return total / len(a), slope / len(a)

    return of


def _table(p: Floats, counts: Floats) -> Floats:
    """Of each count: log gamma(n + r) / gamma(r), its slope in r; for both components."""
    from scipy.special import digamma, gammaln

    rows = [(gammaln(counts + r) - gammaln(r), digamma(counts + r) - digamma(r)) for r in (p[0], p[2])]
    return np.array([line for row in rows for line in row])


def _piece(p: Floats, table: Floats, a: Floats, expected: Floats) -> tuple[float, Floats]:
    w, share = p[4], (p[4], 1 - p[4])
    one, two = (_component(r, b, table[2 * k : 2 * k + 2], (a, expected)) for k, (r, b) in enumerate((p[:2], p[2:4])))
    most = np.maximum(one[0], two[0])
    f = [np.exp(one[0] - most), np.exp(two[0] - most)]
    mixed = w * f[0] + (1 - w) * f[1]
    none = [one[3], two[3]]
    seen = np.maximum(1 - (w * none[0] + (1 - w) * none[1]), 1e-12)
    value = float(np.sum(np.log(seen) - most - np.log(mixed)))
    slope = []
    for k, part in enumerate((one, two)):
        for d, d0 in ((part[1], part[4]), (part[2], part[5])):
            slope.append(share[k] * float(np.sum(-f[k] * d / mixed - none[k] * d0 / seen)))
    slope.append(float(np.sum(-(f[0] - f[1]) / mixed - (none[0] - none[1]) / seen)))
    return value, np.array(slope)


def _component(r: float, b: float, table: Floats, data: tuple[Floats, Floats]) -> tuple[Floats, ...]:
    """log f(n) and its slopes in r and b; f(0) and the slopes of its logarithm."""
    a, expected = data
    spread = np.log(b + expected)
    none = np.log(b) - spread
    log = table[0] + r * none + a * (np.log(expected) - spread)
    in_b = r / b - (r + a) / (b + expected)
    return log, table[1] + none, in_b, np.exp(r * none), none, r / b - r / (b + expected)
