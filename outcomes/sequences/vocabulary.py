"""Which codes a sequence model tells apart, and how their values become numbers of one scale."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from outcomes.cohort import Cohort
from outcomes.features import asof
from outcomes.features.plan import UNREAD
from outcomes.features.tally import unit_table, usual
from outcomes.features.vocabulary import left_out
from outcomes.sequences.known import Known, known
from outcomes.timeline import Floats, Ints, Timeline

QUANTILES = np.linspace(0.005, 0.995, 34)
NORMAL = np.array([NormalDist().inv_cdf(q) for q in QUANTILES])
"""What each quantile of a code's training values becomes: a slipped unit cannot lie further out than 2.6."""

FEWEST_VALUES = 20
"""With fewer values in training than this the scale of a code is not known: its values are not read."""

SAMPLE = 4_000_000
"""So many values, spread evenly over the training rows, are enough to learn the scales from."""


@dataclass(frozen=True)
class Words:
    """c codes; place 0 is filler, 1 any code that was too rare or is unknown, code i stands at place i + 2."""

    codes: tuple[str, ...]
    units: tuple[str | None, ...]  # (c,) in which most values came; None: without one
    knots: npt.NDArray[np.float64]  # (c, 34) values at QUANTILES, rising; NaN: no scale

    def __len__(self) -> int:
        return len(self.codes) + 2

    def places(self, codes: tuple[str, ...]) -> Ints:
        """Of a timeline's codes the places here."""
        place = {code: at + 2 for at, code in enumerate(self.codes)}
        return np.array([place.get(code, 1) for code in codes] or [1], np.int64)

    def known(self, timeline: Timeline, cohort: Cohort) -> Iterator[tuple[Known, Ints, Floats]]:
        """Piece by piece what was known, the place of its code here, its scaled value."""
        places, at = self.places(timeline.codes), {unit: place for place, unit in enumerate(timeline.units)}
        wanted = [-1 if unit is None else at.get(unit, -2) for unit in (None, None, *self.units)]
        for seen in known(timeline, cohort, np.array(wanted, np.int32)[places]):
            word = places[seen.code]
            yield seen, word, self.scaled(word, seen.value)

    def scaled(self, place: Ints, value: Floats) -> Floats:
        """Values as normal scores of the training values, between -2.6 and 2.6; NaN: none, or no scale."""
        out = np.full(len(value), np.nan, np.float32)
        order = np.argsort(place, kind="stable")
        edges = np.searchsorted(place[order], np.arange(2, len(self) + 1))
        for at, (low, high) in enumerate(pairwise(edges)):
            if high > low and not np.isnan(self.knots[at, 0]):
                rows = order[low:high]
                out[rows] = _score(value[rows], self.knots[at])
        return out

    def unscaled(self, place: Ints, score: Floats) -> Floats:
        """Back to the code's own unit, as near as the quantiles tell; NaN: no scale."""
        known = [np.full(len(QUANTILES), np.nan)] * 2 + list(self.knots)
        found = [np.interp(one, NORMAL, known[at]) for at, one in zip(place, score, strict=True)]
        return np.array(found, np.float32)

    def said(self) -> dict[str, Any]:
        """JSON has no NaN: null."""
        knots = [None if np.isnan(line[0]) else [float(v) for v in line] for line in self.knots]
        return {"codes": list(self.codes), "units": list(self.units), "knots": knots}

    @staticmethod
    def read(said: dict[str, Any]) -> "Words":
        lines = [[np.nan] * len(QUANTILES) if line is None else line for line in said["knots"]]
        return Words(
            tuple(said["codes"]), tuple(said["units"]), np.array(lines, np.float64).reshape(len(lines), len(QUANTILES))
        )


def learn(timeline: Timeline, cohort: Cohort, most: int = 512, fewest: int = 5) -> Words:
    """The codes with most events among those that `fewest` persons have; other rows than the cohort's are not read."""
    table = unit_table(timeline, asof.known(timeline, cohort))
    unit = np.where(table.any(1), usual(table, np.arange(len(table), dtype=np.int32), len(table)), -1).astype(np.int32)
    width = max(len(timeline.codes), 1)
    events, pairs = np.zeros(len(timeline.codes), np.int64), [np.zeros(0, np.int64)]
    for seen in known(timeline, cohort, unit):
        pairs.append(np.unique(cohort.subject[seen.row] * width + seen.code))
        events += np.bincount(seen.code, minlength=len(events))
    persons = np.bincount(np.unique(np.concatenate(pairs)) % width, minlength=len(events))
    told = np.array([not left_out(code, UNREAD) for code in timeline.codes], bool)
    often = np.flatnonzero((persons >= fewest) & told)
    chosen = np.array(sorted(often, key=lambda at: (-events[at], timeline.codes[at]))[:most], np.int64)
    step = 1 + int(events.sum()) // SAMPLE
    knots = _knots([_valued(seen, step) for seen in known(timeline, cohort, unit)], chosen)
    units = tuple(timeline.units[unit[at]] if unit[at] >= 0 else None for at in chosen)
    return Words(tuple(timeline.codes[at] for at in chosen), units, knots)


def _knots(parts: list[tuple[Ints, Floats]], chosen: Ints) -> npt.NDArray[np.float64]:
    code, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(code, kind="stable")
    low = np.searchsorted(code[order], chosen)
    high = np.searchsorted(code[order], chosen + 1)
    out = np.full((len(chosen), len(QUANTILES)), np.nan)
    for at in np.flatnonzero(high - low >= FEWEST_VALUES):
        out[at] = np.quantile(value[order[low[at] : high[at]]].astype(np.float64), QUANTILES)
    return out


def _valued(seen: Known, step: int) -> tuple[Ints, Floats]:
    keep = np.flatnonzero(np.isfinite(seen.value))[::step]
    return seen.code[keep], seen.value[keep]


def _score(value: Floats, knots: npt.NDArray[np.float64]) -> Floats:
    """Equal knots (a value that many share) give the middle of their scores."""
    steps, at = np.unique(knots, return_inverse=True)
    scores = np.bincount(at, NORMAL) / np.bincount(at)
    out = np.interp(value, steps, scores)
    return np.where(np.isfinite(value), out, np.nan).astype(np.float32)
