"""Time in periods: rows of persons and periods to learn hazards from, and incidences from such hazards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.survival import Floats, Kinds
from outcomes.survival.outcome import Incidence, Outcome

SHORTEST = 1e-9


@dataclass(frozen=True)
class PersonPeriods:
    """r rows: one for each period that a person began without event."""

    person: Kinds  # (r,) row of the outcome
    period: Kinds  # (r,)
    kind: Kinds  # (r,) 0: still without event at its end, or censored in it
    weight: Floats  # (r,) share of the period that was seen; 1 where it ended in an event
    periods: int  # there are, also those that none of these persons began


def cuts(outcome: Outcome, most: int, at: Sequence[float] = ()) -> Floats:
    """(p + 1,) from 0 to the last time: about as many events of the first cause, then of any, in each period.

    `at`: times that are cuts in any case.
    """
    own = outcome.times[outcome.kinds == 1]
    every = outcome.times[outcome.kinds > 0]
    shares = np.linspace(0, 1, max(most // 2, 1) + 2)[1:-1]
    inner = np.unique(np.r_[np.quantile(own, shares), np.quantile(every, shares), at])
    last = float(outcome.times.max())
    return np.asarray(np.r_[0.0, inner[(inner > SHORTEST) & (inner < last)], last], np.float64)


def rows(outcome: Outcome, edges: Floats) -> PersonPeriods:
    """A period is open on its left: an event at its end belongs to it."""
    ends = period_of(outcome.times, edges)
    person = np.repeat(np.arange(len(outcome)), ends + 1)
    starts = np.r_[0, np.cumsum(ends + 1)[:-1]]
    period = np.arange(len(person)) - starts[person]
    final = period == ends[person]
    kind = np.where(final, outcome.kinds[person], 0)
    seen = (outcome.times[person] - edges[period]) / np.diff(edges)[period]
    return PersonPeriods(
        person, period, kind, np.where(final & (kind == 0), np.clip(seen, 0.0, 1.0), 1.0), len(edges) - 1
    )


def period_of(times: Floats, edges: Floats) -> Kinds:
    return np.clip(np.searchsorted(edges, times, side="left") - 1, 0, len(edges) - 2)


def incidence(hazards: Floats, edges: Floats, horizons: Floats) -> Incidence:
    """hazards (m, p, k): chance of each cause in a period of who began it. Inside a period the hazard is constant."""
    total = np.minimum(hazards.sum(2), 1 - 1e-12)
    rate = -np.log1p(-total)  # over the whole period
    before = np.exp(-np.cumsum(rate, 1) + rate)
    share = hazards / np.maximum(hazards.sum(2), 1e-300)[:, :, None]
    summed = np.cumsum(share * (before * total)[:, :, None], 1)
    past = np.concatenate([np.zeros_like(summed[:, :1]), summed], 1)
    place = period_of(horizons, edges)
    part = (horizons - edges[place]) / np.diff(edges)[place]
    within = before[:, place] * -np.expm1(-rate[:, place] * part)
    return np.moveaxis(past[:, place] + share[:, place] * within[:, :, None], 1, 2)
