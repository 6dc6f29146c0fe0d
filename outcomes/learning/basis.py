"""Features as columns for a linear model: ranks as normal scores, their squares, and whether they are missing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from outcomes.features.matrix import Matrix
from outcomes.timeline import Ints

STEPS = 129  # of each feature: its least and greatest value in training and the quantiles between
EDGE = 0.005  # ranks end here: what lies beyond is as far as this
LEAST_MISSING = 0.005  # share of rows: rarer than this, and that a value is missing tells nothing
LEAST_SPREAD = 0.3  # rare events are not blown up further
SCALE = np.array([1.0, 0.5, 0.5], np.float32)  # of value, square, missing: the smaller, the more a penalty holds it


@dataclass(frozen=True)
class Basis:
    """What of f features training rows taught. Numbers only, so that it is saved as arrays."""

    steps: Matrix  # (f, STEPS) rising
    mean: Matrix  # (f,) of the normal scores
    spread: Matrix
    missing: Matrix  # (f,) share of rows; where a column has no missing indicator, NaN

    @property
    def owner(self) -> Ints:
        """(c,) the feature of each column: values, then squares, then missing."""
        every = np.arange(len(self.mean), dtype=np.int64)
        return np.concatenate([every, every, np.flatnonzero(~np.isnan(self.missing))])

    def columns(self, values: Matrix) -> Matrix:
        """(m, c) of (m, f) with NaN for what is missing; a missing value stands at the mean."""
        gone = np.isnan(values)
        z = (ranked(values, self.steps) - self.mean) / self.spread
        square = np.clip(z * z - 1, -2, 6)
        z[gone], square[gone] = 0, 0
        told = ~np.isnan(self.missing)
        share = self.missing[told]
        spread = np.maximum(np.sqrt(share * (1 - share)), LEAST_SPREAD / 2)
        absent = ((gone[:, told] - share) / spread).astype(np.float32)
        return np.hstack([z * SCALE[0], square * SCALE[1], absent * SCALE[2]])


def learn(values: Matrix) -> Basis:
    known = ~np.isnan(values)
    steps = _steps(values, known)
    z = ranked(values, steps)
    count = np.maximum(known.sum(0), 1)
    mean = np.where(known, z, 0).sum(0) / count
    spread = np.sqrt(np.where(known, (z - mean) ** 2, 0).sum(0) / count)
    share = 1 - known.mean(0)
    rare = (share < LEAST_MISSING) | (share > 1 - LEAST_MISSING)
    parts = (steps, mean, np.maximum(spread, LEAST_SPREAD), np.where(rare, np.nan, share))
    return Basis(*(part.astype(np.float32) for part in parts))


def ranked(values: Matrix, steps: Matrix) -> Matrix:
    """(m, f) the normal score of each value's rank among the steps; equal values share the middle of their ranks."""
    table = ndtri(np.clip(np.arange(2 * STEPS + 1) / (2 * STEPS), EDGE, 1 - EDGE)).astype(np.float32)
    out = np.empty(values.shape, np.float32)
    for at, rising in enumerate(steps):
        value = values[:, at]
        out[:, at] = table[np.searchsorted(rising, value, "left") + np.searchsorted(rising, value, "right")]
    return out


def _steps(values: Matrix, known: npt.NDArray[np.bool_]) -> Matrix:
    """Of each column's known values; 0 where it has none."""
    rising = np.sort(values, 0)  # NaN last
    last = np.maximum(known.sum(0), 1) - 1
    place = np.round(np.linspace(0, 1, STEPS)[:, None] * last).astype(np.int64)
    return np.nan_to_num(np.take_along_axis(rising, place, 0)).T.copy()
