"""Features as columns for a linear model: clipped, standardised, with a square and whether they are missing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outcomes.features.matrix import Matrix
from outcomes.timeline import Ints

CLIP = (1.0, 99.0)  # percent of the known values: what lies beyond is as far as this
LEAST_MISSING = 0.005  # share of rows: rarer than this, and that a value is missing tells nothing
SMALL = 1e-6
SCALE = np.array([1.0, 0.5, 0.5], np.float32)  # of value, square, missing: the smaller, the more a penalty holds it


@dataclass(frozen=True)
class Basis:
    """What of f features training rows taught. Numbers only, so that it is saved as arrays."""

    low: Matrix  # (f,)
    high: Matrix
    mean: Matrix
    spread: Matrix
    missing: Matrix  # (f,) share of rows; where a column has no missing indicator, NaN

    @property
    def owner(self) -> Ints:
        """(c,) the feature of each column: values, then squares, then missing."""
        every = np.arange(len(self.low), dtype=np.int64)
        return np.concatenate([every, every, np.flatnonzero(~np.isnan(self.missing))])

    def columns(self, values: Matrix) -> Matrix:
        """(m, c) of (m, f) with NaN for what is missing; a missing value stands at the mean."""
        gone = np.isnan(values)
        z = (np.clip(values, self.low, self.high) - self.mean) / self.spread
        square = np.clip(z * z - 1, -2, 6)
        z[gone], square[gone] = 0, 0
        told = ~np.isnan(self.missing)
        share = self.missing[told]
        absent = (gone[:, told] - share) / np.sqrt(share * (1 - share))
        return np.hstack([z * SCALE[0], square * SCALE[1], absent.astype(np.float32) * SCALE[2]])


def learn(values: Matrix) -> Basis:
    known = ~np.isnan(values)
    low, high = _percentiles(values, known)
    held = np.clip(values, low, high)
    count = np.maximum(known.sum(0), 1)
    mean = np.where(known, held, 0).sum(0) / count
    spread = np.sqrt(np.where(known, (held - mean) ** 2, 0).sum(0) / count)
    share = 1 - known.mean(0)
    rare = (share < LEAST_MISSING) | (share > 1 - LEAST_MISSING)
    parts = (low, high, mean, np.where(spread > SMALL, spread, 1), np.where(rare, np.nan, share))
    return Basis(*(part.astype(np.float32) for part in parts))


def _percentiles(values: Matrix, known: npt.NDArray[np.bool_]) -> tuple[Matrix, Matrix]:
    """Of each column's known values, without a warning where it has none: then 0."""
    count = known.sum(0)
    rising = np.sort(values, 0)  # NaN last
    at = [np.round((np.maximum(count, 1) - 1) * share / 100).astype(np.int64) for share in CLIP]
    low, high = (np.nan_to_num(np.take_along_axis(rising, place[None], 0)[0]) for place in at)
    return low, high
