"""What coders did with suggestions that they saw: by band, and whether scores say how often a code is accepted.

A score is meant as the probability that a coder accepts the code. The reliability table groups suggestions by score
and sets the mean score beside the share accepted (DeGroot and Fienberg, The Statistician 1983;32:12-22); the expected
calibration error is the distance of both, weighted by suggestions (Naeini, Cooper and Hauskrecht, AAAI 2015).
Accepting is what coders did with the suggestion before their eyes: bias.py says how far that sways them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.coding_sheet import Bools, Floats, Ints
from review.judging.figure import Counted, Figure, Measure, ratio, resampled
from review.judging.lists import Entry, Finished

BANDS = ("pre-accept", "review")
BINS = 10
CODERS = ("1", "2")


@dataclass(frozen=True)
class Shown:
    """Suggestions that coders saw, one an element. Planted ones are not among them."""

    chart: Ints  # place of the chart, from 0
    score: Floats
    accepted: Bools
    left: Bools  # neither accepted nor rejected
    band: Sequence[str]
    charts: int

    def sums(self, values: Floats) -> Floats:
        """By chart."""
        return np.bincount(self.chart, weights=values, minlength=self.charts).astype(np.float64)


@dataclass(frozen=True)
class Band:
    name: str
    shown: int
    accepted: int
    rejected: int
    left: int
    share: Figure


@dataclass(frozen=True)
class Bin:
    """Scores from `low` up to, but without, `high`; the last with."""

    low: float
    high: float
    score: float
    share: Figure


def shown(finished: Iterable[Finished]) -> Shown:
    """Of first and second coders alike, where suggestions were not hidden."""
    lists = [each for each in finished if not each.blind and each.thread in CODERS]
    places: dict[str, int] = {}
    rows = [(places.setdefault(each.chart_id, len(places)), entry) for each in lists for entry in _seen(each)]
    return Shown(
        np.array([at for at, _ in rows], np.int64),
        np.array([entry.score or 0.0 for _, entry in rows], np.float64),
        np.array([entry.chosen for _, entry in rows], np.bool_),
        np.array([entry.state == "suggested" for _, entry in rows], np.bool_),
        tuple(entry.band for _, entry in rows),
        len(places),
    )


def _seen(finished: Finished) -> list[Entry]:
    return [each for each in finished.entries if each.offered and not each.planted and each.score is not None]


def bands(seen: Shown) -> list[Band]:
    return [_band(seen, name) for name in BANDS]


def _band(seen: Shown, name: str) -> Band:
    of = np.array([band == name for band in seen.band], np.bool_).reshape(len(seen.score))
    many, accepted, left = (int(each.sum()) for each in (of, of & seen.accepted, of & seen.left))
    return Band(name, many, accepted, many - accepted - left, left, _share(seen, of, name))


def reliability(seen: Shown) -> list[Bin]:
    """Empty bins are left out."""
    bins = []
    for at in range(BINS):
        of = _bin(seen, at)
        if of.any():
            low, high = at / BINS, (at + 1) / BINS
            bins.append(Bin(low, high, float(seen.score[of].mean()), _share(seen, of, f"{low:.1f} to {high:.1f}")))
    return bins


def calibration_error(seen: Shown) -> Figure:
    """Resampled with the bins as they are; a little too large where bins hold few suggestions."""
    said = Counted("calibration error", len(seen.score), "suggestions shown", seen.charts)
    parts = [
        (seen.sums(of * seen.score), seen.sums((of & seen.accepted).astype(float)))
        for at in range(BINS)
        if (of := _bin(seen, at)).any()
    ]
    every = seen.sums(np.ones(len(seen.score)))

    def measure(weights: Floats) -> Floats:
        apart = [np.abs(weights @ score - weights @ accepted) for score, accepted in parts]
        found: Floats = np.sum(apart, axis=0) / np.maximum(weights @ every, 1)
        return found

    return resampled(measure, seen.charts, said)


def in_the_large(seen: Shown) -> Figure:
    """Share accepted minus mean score: above 0, scores are too low."""
    said = Counted("accepted minus score", len(seen.score), "suggestions shown", seen.charts, -1.0)
    gap = seen.sums(seen.accepted - seen.score)
    return resampled(ratio(gap, seen.sums(np.ones(len(seen.score)))), seen.charts, said)


def _bin(seen: Shown, at: int) -> Bools:
    places = np.minimum((seen.score * BINS + 1e-9).astype(np.int64), BINS - 1)
    return np.equal(places, at)


def _share(seen: Shown, of: Bools, name: str) -> Figure:
    every = seen.sums(of.astype(float))
    measure: Measure = ratio(seen.sums((of & seen.accepted).astype(float)), every)
    return resampled(measure, seen.charts, Counted(name, int(of.sum()), "suggestions shown", int((every > 0).sum())))
