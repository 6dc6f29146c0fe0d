"""Curves of time to an event: Kaplan-Meier, Aalen-Johansen with competing events, and the curve of censoring.

Times are positive; kinds are 0 (censored) or the number of the cause, from 1. Where a censoring and an event have
one time, the event comes first. No curve goes on beyond the last time that was seen: it is NaN there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.errors import InputError

Floats = npt.NDArray[np.float64]
Kinds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Curve:
    """A step function: values[i] holds from times[i] on, `start` before the first of them."""

    times: Floats  # (k,) rising
    values: Floats  # (k,)
    variance: Floats  # (k,)
    start: float
    last: float  # the last time that was seen: NaN beyond

    def at(self, when: npt.ArrayLike) -> Floats:
        return self._read(self.values, self.start, when, "right")

    def before(self, when: npt.ArrayLike) -> Floats:
        """The limit from the left."""
        return self._read(self.values, self.start, when, "left")

    def variance_at(self, when: npt.ArrayLike) -> Floats:
        return self._read(self.variance, 0.0, when, "right")

    def _read(self, values: Floats, start: float, when: npt.ArrayLike, side: str) -> Floats:
        asked = np.asarray(when, np.float64)
        place = np.searchsorted(self.times, asked, side="left" if side == "left" else "right")
        return np.where(asked <= self.last, np.r_[start, values][place], np.nan)


def checked(times: npt.ArrayLike, kinds: npt.ArrayLike) -> tuple[Floats, Kinds]:
    """As numbers; refused where a figure on them would be silently wrong."""
    found, what = np.asarray(times, np.float64), np.asarray(kinds)
    if found.ndim != 1 or found.shape != what.shape or not len(found):
        raise InputError(
            f"times of shape {found.shape} and kinds of shape {what.shape}: expected one of each for every person, "
            "and at least one person."
        )
    bad = int((~(found > 0) | ~np.isfinite(found)).sum())
    if bad:
        raise InputError(
            f"{bad} of {len(found)} times are zero, negative, infinite or NaN; expected days after the prediction. "
            "Set these rows aside first (outcomes.survival.outcome:usable)."
        )
    if not np.isin(what, np.arange(1 + max(int(np.nanmax(what)), 0))).all():
        raise InputError("kinds hold other things than 0 (censored), 1, 2, ...: number the causes from 1.")
    return found, what.astype(np.int64)


@dataclass(frozen=True)
class Counted:
    """What happened at each time that somebody was last seen."""

    times: Floats  # (k,)
    at_risk: Floats  # (k,) just before
    events: Floats  # (k,) of all causes
    last: float

    @property
    def survival(self) -> Floats:
        return np.asarray(np.cumprod(1 - self.events / self.at_risk), np.float64)


def counted(times: Floats, kinds: Kinds) -> Counted:
    unique, place = np.unique(times, return_inverse=True)
    left = np.bincount(place).astype(np.float64)
    events = np.bincount(place, kinds > 0, len(unique)).astype(np.float64)
    return Counted(unique, left[::-1].cumsum()[::-1], events, float(unique[-1]))


def kaplan_meier(times: npt.ArrayLike, kinds: npt.ArrayLike) -> Curve:
    """Of being without event of any cause; variance by Greenwood."""
    found = counted(*checked(times, kinds))
    n, d = found.at_risk, found.events
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = found.survival**2 * np.cumsum(d / (n * (n - d)))
    return Curve(found.times, found.survival, np.where(n > d, variance, 0.0), 1.0, found.last)


def censoring(times: npt.ArrayLike, kinds: npt.ArrayLike) -> Curve:
    """Of not being censored: those with an event at a time have left the risk set when its censorings happen."""
    when, what = checked(times, kinds)
    found = counted(when, what)
    left = found.at_risk - found.events
    lost = found.at_risk - np.r_[found.at_risk[1:], 0] - found.events
    values = np.cumprod(1 - lost / np.maximum(left, 1))
    return Curve(found.times, values, np.zeros_like(values), 1.0, found.last)


def aalen_johansen(times: npt.ArrayLike, kinds: npt.ArrayLike, cause: int) -> Curve:
    """Cumulative incidence of a cause; variance by the delta method (Marubini and Valsecchi 1995)."""
    when, what = checked(times, kinds)
    found = counted(when, what)
    n, d = found.at_risk, found.events
    own = np.bincount(np.searchsorted(found.times, when), what == cause, len(n))
    before = np.r_[1.0, found.survival[:-1]]
    incidence = np.cumsum(before * own / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        all_causes = np.where(n > d, d / (n * (n - d)), 0.0)  # after the last person nothing moves any more
    straight = before**2 * own * (n - own) / n**3
    mixed = before * own / n**2
    rest = np.cumsum(incidence**2 * all_causes + straight + 2 * incidence * mixed)
    bent = np.cumsum(incidence * all_causes + mixed)
    variance = incidence**2 * np.cumsum(all_causes) - 2 * incidence * bent + rest
    return Curve(found.times, incidence, np.maximum(variance, 0.0), 0.0, found.last)
