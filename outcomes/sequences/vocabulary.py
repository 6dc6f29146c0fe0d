"""Which codes a sequence model tells apart, and how their values become numbers of one scale."""

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from outcomes.cohort import Cohort
from outcomes.sequences.known import Known, known, pieces
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
    knots: npt.NDArray[np.float64]  # (c, 34) values at QUANTILES, rising; NaN: no scale

    def __len__(self) -> int:
        return len(self.codes) + 2

    def places(self, codes: tuple[str, ...]) -> Ints:
        """Of a timeline's codes the places here."""
        place = {code: at + 2 for at, code in enumerate(self.codes)}
        return np.array([place.get(code, 1) for code in codes] or [1], np.int64)

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

    def said(self) -> dict[str, Any]:
        """JSON has no NaN: null."""
        knots = [None if np.isnan(line[0]) else [float(v) for v in line] for line in self.knots]
        return {"codes": list(self.codes), "knots": knots}

    @staticmethod
    def read(said: dict[str, Any]) -> "Words":
        lines = [[np.nan] * len(QUANTILES) if line is None else line for line in said["knots"]]
        return Words(tuple(said["codes"]), np.array(lines, np.float64).reshape(len(lines), len(QUANTILES)))


def learn(timeline: Timeline, cohort: Cohort, most: int = 512, fewest: int = 5) -> Words:
    """The codes with most events among those that `fewest` rows know of; rows of no training use are not looked at."""
    rows, events = np.zeros((2, len(timeline.codes)), np.int64)
    for part in pieces(cohort):
        seen = known(timeline, part)
        pair = np.unique(seen.row * len(timeline.codes) + seen.code)
        rows += np.bincount(pair % max(len(timeline.codes), 1), minlength=len(rows))
        events += np.bincount(seen.code, minlength=len(events))
    often = [at for at in np.argsort(-events, kind="stable") if rows[at] >= min(fewest, max(len(cohort), 1))]
    chosen = sorted(often, key=lambda at: (-events[at], timeline.codes[at]))[:most]
    return Words(
        tuple(timeline.codes[at] for at in chosen), _knots(timeline, cohort, np.array(chosen, np.int64), events)
    )


def _knots(timeline: Timeline, cohort: Cohort, chosen: Ints, events: Ints) -> npt.NDArray[np.float64]:
    step = 1 + int(events.sum()) // SAMPLE
    parts = [_valued(known(timeline, part), step) for part in pieces(cohort)]
    code = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    value = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.float32)
    order = np.argsort(code, kind="stable")
    edges = np.stack([np.searchsorted(code[order], chosen), np.searchsorted(code[order], chosen + 1)], 1)
    out = np.full((len(chosen), len(QUANTILES)), np.nan)
    for at, (low, high) in enumerate(edges):
        if high - low >= FEWEST_VALUES:
            out[at] = np.quantile(value[order[low:high]].astype(np.float64), QUANTILES)
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
