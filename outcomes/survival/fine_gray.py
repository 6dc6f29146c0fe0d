"""The model of Fine and Gray (1999): proportional hazards of the subdistribution of one cause, beside competing ones.

Its cumulative incidence is 1 - exp(-H0(t) exp(x b)), which no cause-specific model gives at once. Ties: Breslow's, as
cmprsk::crr has them (a choice: Efron's, as survival::coxph on survival::finegray).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from eval.survival import Curve, Floats, checked
from outcomes.survival.partial_likelihood import Ties, newton, risk_sets


@dataclass(frozen=True)
class FineGray:
    """What was fitted for one cause."""

    coefficients: Floats  # (p,) log ratio of subdistribution hazards for one unit of a covariate
    variance: Floats  # (p, p) by the model
    robust: Floats  # (p, p) sandwich over persons; the curve of censoring taken as known
    centre: Floats  # (p,) mean of each covariate
    hazard: Curve  # cumulative, of who has the mean of each covariate
    log_likelihood: float
    converged: bool

    def incidence(self, x: npt.ArrayLike, horizons: npt.ArrayLike) -> Floats:
        """(m, h); NaN beyond the last time that was seen."""
        relative = np.exp((np.asarray(x, np.float64) - self.centre) @ self.coefficients)
        return np.asarray(-np.expm1(-np.outer(relative, self.hazard.at(horizons))), np.float64)


def fine_gray(
    x: npt.ArrayLike, times: npt.ArrayLike, kinds: npt.ArrayLike, cause: int = 1, *,
    ties: Ties = "breslow", ridge: float = 0.0,
) -> FineGray:  # fmt: skip
    """ridge: weight, a person, of half the squared coefficients of standardised covariates."""
    return hazards(x, times, kinds, cause, stay=True, ties=ties, ridge=ridge)


def hazards(
    x: npt.ArrayLike, times: npt.ArrayLike, kinds: npt.ArrayLike, cause: int, *,
    stay: bool, ties: Ties = "breslow", ridge: float = 0.0,
) -> FineGray:  # fmt: skip
    """Proportional hazards of a cause: of the subdistribution (stay), or of Cox, where `hazard` is cause-specific."""
    when, what = checked(times, kinds)
    table = _table(x, len(when))
    centre, scale = table.mean(0), table.std(0)
    scale = np.where(scale > 1e-12 * (1 + np.abs(centre)), scale, np.inf)  # a constant has no coefficient
    sets = risk_sets((table - centre) / scale, when, what, cause, stay=stay, ties=ties)
    fit = newton(sets, ridge * len(when))
    beta = fit.coefficients / scale
    at, steps = np.unique(np.sort(when)[sets.event], return_index=True)
    level = np.cumsum(np.add.reduceat(fit.hazard, steps))
    both = np.outer(scale, scale)
    hazard = Curve(at, level, np.zeros_like(level), 0.0, float(when.max()))
    variance, robust = fit.variance / both, fit.robust / both
    return FineGray(beta, variance, robust, centre, hazard, fit.log_likelihood, fit.converged)


def _table(x: npt.ArrayLike, persons: int) -> Floats:
    found = np.asarray(x, np.float64)
    if found.ndim != 2 or len(found) != persons or not np.isfinite(found).all():
        unknown = int((~np.isfinite(found)).sum())
        raise InputError(
            f"covariates of shape {found.shape}, {unknown} of them NaN or infinite; expected {persons} rows of finite "
            "numbers. Fill what is unknown first (outcomes.survival.table:Table)."
        )
    return found
