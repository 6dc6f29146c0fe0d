"""Images unlike those of training: too far from a normal film, or nearer to it than any image is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.heads.views import pooled
from imaging.studies import Studies

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
TAIL, MARGIN = 0.999, 1.5  # of images of training; the bounds lie so many times as far from the median


@dataclass(frozen=True)
class Range:
    """Bounds of the log of the mean squared distance per coordinate."""

    low: float
    high: float

    def strange(self, distances: Floats) -> Bools:
        """A distance that is not a number is strange too."""
        return ~((distances >= self.low) & (distances <= self.high))


def distances(whitened: Floats) -> Floats:
    """(m,) log of Mahalanobis' squared distance from a normal film, by coordinate."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.log((whitened**2).mean(1)), np.float64)


def usual(found: Floats) -> Range:
    low, middle, high = np.quantile(found, [1 - TAIL, 0.5, TAIL])
    return Range(float(middle - MARGIN * (middle - low)), float(middle + MARGIN * (high - middle)))


def of_studies(found: Floats, studies: Studies) -> Floats:
    """(n,) the mean over the images of a study; NaN: it has none."""
    with np.errstate(invalid="ignore"):
        return np.where(studies.images > 0, pooled(found[:, None], studies)[:, 0], np.nan)
