"""Has calibration been lost? Evidence that may be looked at every night, with one false alarm rate for all nights.

A bet against the model: outcomes whose odds are R times those predicted, against odds at most T times. If the model is
right within T, the product of likelihood ratios is a supermartingale, so its expectation stays at most 1, and it ever
reaches 1 / alpha with probability at most alpha, however often one looks (Ville 1939; Ramdas et al. 2023). Bets are
mixed over R, up and down, and over the period in which the loss began, so that good years before do not hide it.
Outcomes must be independent given the predictions: one row a stay.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TOLERATED = 1.2  # times the odds, up or down: no reason for an alarm
BETS = (1.5, 2.0, 3.0)  # times the odds
ODDS = tuple(odds for up in (TOLERATED, *BETS) for odds in (up, 1 / up))  # what `terms` are summed for
MOST = 1e9  # evidence beyond is told as this


def terms(probabilities: Floats) -> Floats:
    """(n, odds): what a row adds to the logarithm of each bet, apart from its outcome."""
    held = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.asarray(np.log1p(held[:, None] * (np.array(ODDS) - 1)))


@dataclass(frozen=True)
class Period:
    """Sums over the stays of a period whose outcome is known."""

    observed: float
    terms: Sequence[float]  # (odds,) sums of `terms`


def evidence(periods: Sequence[Period]) -> list[float]:
    """After each period: 1 says nothing, 100 is an alarm at one false alarm in a hundred hospitals, ever."""
    bets = np.array([_bets(period) for period in periods]).reshape(len(periods), 2 * len(BETS))
    out = []
    for now in range(1, len(periods) + 1):
        since = bets[:now][::-1].cumsum(0)[::-1]  # (starts, bets) of all from each start until now
        weights = np.array([1 / (start * (start + 1)) for start in range(1, now + 1)])
        logs = np.log(weights)[:, None] + since - math.log(since.shape[1])
        out.append(min(math.exp(min(_log_sum(logs), 700.0)) + 1 / (now + 1), MOST))
    return out


def _bets(period: Period) -> list[float]:
    """Logarithm of the likelihood ratio of each bet."""
    said = dict(zip(ODDS, period.terms, strict=True))
    pairs = [(bet, TOLERATED) for bet in BETS] + [(1 / bet, 1 / TOLERATED) for bet in BETS]
    return [period.observed * math.log(bet / base) - said[bet] + said[base] for bet, base in pairs]


def _log_sum(logs: Floats) -> float:
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).sum()))
