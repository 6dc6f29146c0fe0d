"""The partial likelihood of Cox and of Fine and Gray: risk sets by sums over sorted times, Newton, variance.

Cox: who has another event leaves the risk sets. Fine-Gray: he stays, with the weight G(t-) / G(T-) of not being
censored since (Geskus 2011: the same as rows of weights for him at every later event, without making them).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from contract.errors import InputError
from eval.survival import Floats, Kinds, censoring

Ties = Literal["breslow", "efron"]


@dataclass(frozen=True)
class RiskSets:
    """n persons in the order of time, e events of the cause among them, p covariates."""

    x: Floats  # (n, p)
    inverse: Floats  # (n,) 1 / G(T-) of who stays after another event, else 0
    event: Kinds  # (e,) places of the events
    first: Kinds  # (e,) who is the first in the order of time not to be gone before it
    chance: Floats  # (e,) G(t-)
    share: Floats  # (e,) of the events of that time that are gone already: Efron; 0: Breslow
    tie: Kinds  # (e,) number of the time of each event

    @cached_property
    def past(self) -> Kinds:
        """(n,) how many events lie at or before each person's time."""
        return np.searchsorted(self.first, np.arange(len(self.x)), side="right")

    def sums(self, each: Floats) -> Floats:
        """(e, ...) of a quantity (n, ...) over the risk set of each event."""
        shape = (slice(None), *[None] * (each.ndim - 1))
        nothing = np.zeros((1, *each.shape[1:]))
        here = np.r_[np.cumsum(each[::-1], 0)[::-1], nothing][self.first]
        stay = np.r_[nothing, np.cumsum(each * self.inverse[shape], 0)][self.first]
        return np.asarray(here + self.chance[shape] * stay - self.share[shape] * self._tied(each[self.event]))

    def back(self, each: Floats) -> Floats:
        """(n, ...) the transpose: of a quantity (e, ...) over the events in whose risk sets a person is."""
        shape = (slice(None), *[None] * (each.ndim - 1))
        nothing = np.zeros((1, *each.shape[1:]))
        until = np.r_[nothing, np.cumsum(each, 0)][self.past]
        weighed = np.r_[np.cumsum((each * self.chance[shape])[::-1], 0)[::-1], nothing][self.past]
        found = until + self.inverse[shape] * weighed
        found[self.event] -= self._tied(each * self.share[shape])
        return np.asarray(found)

    def _tied(self, each: Floats) -> Floats:
        starts = np.flatnonzero(np.r_[True, np.diff(self.tie) > 0])
        return np.asarray(np.add.reduceat(each, starts, 0)[self.tie])


def risk_sets(x: Floats, times: Floats, kinds: Kinds, cause: int, *, stay: bool, ties: Ties = "breslow") -> RiskSets:
    """stay: Fine-Gray; else Cox for one cause, the others censoring."""
    order = np.argsort(times, kind="stable")
    x, times, kinds = x[order], times[order], kinds[order]
    event = np.flatnonzero(kinds == cause)
    if not len(event):
        raise InputError(
            f"nobody of {len(times)} has cause {cause}, so there is nothing to learn about it. Expected at least one "
            "event; look at the task's losses, or leave the cause out."
        )
    before = np.maximum(censoring(times, kinds).before(times), 1e-12) if stay else np.ones_like(times)
    gone = (kinds > 0) & (kinds != cause) & stay
    first = np.searchsorted(times, times[event], side="left")
    _, tie, count = np.unique(first, return_inverse=True, return_counts=True)
    share = np.zeros(len(event)) if ties == "breslow" else _within(tie) / count[tie]
    return RiskSets(x, np.where(gone, 1 / before, 0.0), event, first, before[event], share, tie)


def _within(tie: Kinds) -> Floats:
    starts = np.flatnonzero(np.r_[True, np.diff(tie) > 0])
    return np.asarray(np.arange(len(tie)) - starts[tie], np.float64)


@dataclass(frozen=True)
class Fit:
    coefficients: Floats  # (p,)
    variance: Floats  # (p, p) inverse of the information
    robust: Floats  # (p, p) sandwich over persons; the curve of censoring is taken as known
    hazard: Floats  # (e,) steps of the cumulative baseline hazard at the events, in the order of time
    log_likelihood: float  # without penalty
    steps: int
    converged: bool


def newton(sets: RiskSets, penalty: float = 0.0, most: int = 50) -> Fit:
    """penalty / 2 times the squared length of the coefficients is taken off the log likelihood."""
    beta = np.zeros(sets.x.shape[1])
    now = _at(sets, beta, penalty)
    steps, done = 0, not len(beta)
    while steps < most and not done:
        steps += 1
        move = np.linalg.lstsq(now.information, now.gradient, rcond=1e-12)[0]
        then = _at(sets, beta + move, penalty)
        while then.value < now.value - 1e-9 * (1 + abs(now.value)) and np.abs(move).max() > 1e-12:
            move = move / 2
            then = _at(sets, beta + move, penalty)
        done = bool(np.abs(move).max() < 1e-9 or then.value - now.value < 1e-13 * (1 + abs(now.value)))
        beta, now = beta + move, then
    inverse = np.asarray(np.linalg.pinv(now.information, hermitian=True), np.float64)
    score = _residuals(sets, now)
    robust = np.asarray(inverse @ (score.T @ score) @ inverse, np.float64)
    plain = now.value + penalty / 2 * float(beta @ beta)
    return Fit(beta, inverse, robust, now.step * np.exp(-now.shift), plain, steps, done)


@dataclass(frozen=True)
class _State:
    value: float  # penalised log likelihood
    gradient: Floats
    information: Floats
    relative: Floats  # (n,) exp(x beta - shift)
    step: Floats  # (e,) 1 / sum over the risk set
    mean: Floats  # (e, p) of x over the risk set
    shift: float


def _at(sets: RiskSets, beta: Floats, penalty: float) -> _State:
    line = sets.x @ beta
    shift = float(line.max())
    relative = np.exp(line - shift)
    total = sets.sums(relative)
    mean = sets.sums(sets.x * relative[:, None]) / total[:, None]
    at_risk = relative * sets.back(1 / total)
    value = float((line[sets.event] - shift - np.log(total)).sum() - penalty / 2 * beta @ beta)
    gradient = sets.x[sets.event].sum(0) - at_risk @ sets.x - penalty * beta
    information = (sets.x * at_risk[:, None]).T @ sets.x - mean.T @ mean + penalty * np.eye(len(beta))
    return _State(value, gradient, information, relative, 1 / total, mean, shift)


def _residuals(sets: RiskSets, state: _State) -> Floats:
    """(n, p) each person's part in the gradient (score residuals of Lin and Wei)."""
    stepped = state.mean * state.step[:, None]
    found = -state.relative[:, None] * (sets.x * sets.back(state.step)[:, None] - sets.back(stepped))
    count = sets._tied(np.ones(len(sets.event)))
    found[sets.event] += sets.x[sets.event] - sets._tied(state.mean) / count[:, None]
    return found
