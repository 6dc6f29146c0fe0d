"""How good predicted incidences are where some are censored: concordance, Brier score over time, calibration.

Who is censored is made up for by those like him who are not: weights of one over the chance of not being censored
(IPCW), from the left limit of the curve of censoring (eval.survival.censoring) of these or of those learned from.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.errors import InputError
from eval.survival import Curve, Floats, Kinds, aalen_johansen, censoring, checked

BLOCK = 1024  # persons compared with all others at a time


@dataclass(frozen=True)
class Observed:
    """Who was seen how long, and the curve of censoring that the weights are from."""

    times: Floats  # (n,)
    kinds: Kinds  # (n,)
    uncensored: Curve

    def __len__(self) -> int:
        return len(self.times)


def observed(times: npt.ArrayLike, kinds: npt.ArrayLike, uncensored: Curve | None = None) -> Observed:
    when, what = checked(times, kinds)
    return Observed(when, what, uncensored or censoring(when, what))


def ones(seen: Observed) -> Floats:
    """The weights of no resampling: everybody once."""
    return np.ones((1, len(seen)))


def uno_c(seen: Observed, risk: npt.ArrayLike, horizon: float, cause: int = 1, weights: Floats | None = None) -> Floats:
    """Of pairs of which one has the cause first and by the horizon: how often he has the higher risk. (draws,)

    Uno 2011; with competing events Wolbers 2014: who has another event never has this one, so he counts as later.
    Equal risks count half. NaN where no pair can be compared.
    """
    found = _risk(seen, risk)
    kept = float(_chance(seen, np.array([horizon]))[0])
    if not kept > 0:
        return np.full(1 if weights is None else len(weights), np.nan)
    chance = seen.uncensored.before(np.minimum(seen.times, horizon))
    return _concordance(seen, found, (horizon, cause), 1 / np.maximum(chance, kept), weights)


def harrell_c(
    seen: Observed, risk: npt.ArrayLike, horizon: float, cause: int = 1, weights: Floats | None = None
) -> Floats:
    """The same without weights for censoring: it moves with how many are censored. For comparison only."""
    return _concordance(seen, _risk(seen, risk), (horizon, cause), np.ones(len(seen)), weights)


def _concordance(
    seen: Observed, risk: Floats, asked: tuple[float, int], inverse: Floats, weights: Floats | None
) -> Floats:
    horizon, cause = asked
    drawn = ones(seen) if weights is None else weights
    right, every = np.zeros(len(drawn)), np.zeros(len(drawn))
    cases = np.flatnonzero((seen.kinds == cause) & (seen.times <= horizon))
    rival = (seen.kinds > 0) & (seen.kinds != cause)
    for at in range(0, len(cases), BLOCK):
        mine = cases[at : at + BLOCK]
        when = seen.times[mine, None]
        later = (seen.times > when) | ((seen.times == when) & (seen.kinds == 0))
        never = rival & (seen.times <= when)
        pair = inverse[mine, None] * (later * inverse[mine, None] + never * inverse)
        better = np.sign(risk[mine, None] - risk) / 2 + 0.5
        every += np.einsum("dn,dn->d", drawn[:, mine], drawn @ pair.T)
        right += np.einsum("dn,dn->d", drawn[:, mine], drawn @ (pair * better).T)
    with np.errstate(invalid="ignore"):
        return np.asarray(right / every, np.float64)


def brier(
    seen: Observed, incidence: Floats, horizons: npt.ArrayLike, cause: int = 1, weights: Floats | None = None
) -> Floats:
    """Mean squared distance of the incidence (n, h) from what happened by each horizon: (draws, h).

    Graf 1999; with competing events Schoop 2011: who has another event counts as a no. NaN beyond what was seen.
    """
    asked = np.atleast_1d(np.asarray(horizons, np.float64))
    part = inverse_chance(seen, asked)
    happened = (seen.times[:, None] <= asked) & (seen.kinds[:, None] == cause)
    squared = part * (happened - _table(seen, incidence, asked)) ** 2
    drawn = ones(seen) if weights is None else weights
    return np.asarray(drawn @ squared / drawn.sum(1, keepdims=True), np.float64)


def integrated_brier(horizons: npt.ArrayLike, scores: Floats) -> Floats:
    """The mean over the time between the first and the last horizon, by trapezes: of (..., h)."""
    asked = np.asarray(horizons, np.float64)
    if len(asked) < 2 or not (np.diff(asked) > 0).all():
        raise InputError("the Brier score is integrated over at least two horizons, rising.")
    return np.asarray(np.trapezoid(scores, asked, axis=-1) / (asked[-1] - asked[0]), np.float64)


def inverse_chance(seen: Observed, horizons: Floats) -> Floats:
    """(n, h) 1 / chance of what is known at the horizon to be known; 0: not known; NaN beyond what was seen."""
    ended = (seen.times[:, None] <= horizons) & (seen.kinds[:, None] > 0)
    running = seen.times[:, None] > horizons
    own = seen.uncensored.before(np.minimum(seen.times, seen.uncensored.last))[:, None]
    then = _chance(seen, horizons)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(ended, 1 / own, np.where(running, 1 / then, 0.0))
    found[:, ~(then > 0)] = np.nan
    return np.asarray(found, np.float64)


def _chance(seen: Observed, horizons: Floats) -> Floats:
    """Of being seen up to and with each horizon; NaN beyond the last time."""
    return np.asarray(np.where(horizons <= seen.times.max(), seen.uncensored.at(horizons), np.nan), np.float64)


def _risk(seen: Observed, risk: npt.ArrayLike) -> Floats:
    found = np.asarray(risk, np.float64)
    if found.shape != (len(seen),) or np.isnan(found).any():
        raise InputError(
            f"risks of shape {found.shape}, {int(np.isnan(found).sum())} of them NaN; expected one number for each of "
            f"{len(seen)} persons. A model that gives NaN was asked beyond the last time it saw."
        )
    return found


def _table(seen: Observed, incidence: Floats, horizons: Floats) -> Floats:
    found = np.asarray(incidence, np.float64)
    if found.shape != (len(seen), len(horizons)):
        raise InputError(
            f"incidences of shape {found.shape}; expected ({len(seen)}, {len(horizons)}): persons by horizons."
        )
    return found


@dataclass(frozen=True)
class Group:
    """Persons of like predicted risk: what was said, and what became of them (Aalen-Johansen)."""

    persons: int
    predicted: float
    observed: float
    error: float  # standard error of `observed`


def calibration(seen: Observed, risk: npt.ArrayLike, horizon: float, cause: int = 1, groups: int = 10) -> list[Group]:
    """By quantiles of the risk; persons of equal risk stay together. NaN where a group was not seen to the horizon."""
    predicted = _risk(seen, risk)
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, groups + 1)))
    place = np.clip(np.searchsorted(edges, predicted, side="left") - 1, 0, max(len(edges) - 2, 0))
    return [_group(seen, predicted, horizon, cause, place == each) for each in np.unique(place)]


def _group(seen: Observed, risk: Floats, horizon: float, cause: int, mine: npt.NDArray[np.bool_]) -> Group:
    curve = aalen_johansen(seen.times[mine], seen.kinds[mine], cause)
    ended = not (seen.times[mine] > horizon).any() and bool((seen.kinds[mine][seen.times[mine].argmax()]) > 0)
    when = min(horizon, curve.last) if ended else horizon  # nobody is left: the curve stays where it is
    error = float(np.sqrt(curve.variance_at(when)))
    return Group(int(mine.sum()), float(risk[mine].mean()), float(curve.at(when)), error)


def calibration_error(found: list[Group]) -> float:
    """Mean distance of what was said from what was seen, groups weighed by their persons."""
    persons = np.array([group.persons for group in found], np.float64)
    apart = np.array([abs(group.predicted - group.observed) for group in found])
    known = ~np.isnan(apart)
    return float(np.average(apart[known], weights=persons[known])) if known.any() else float("nan")
