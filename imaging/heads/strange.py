"""Images unlike those of training: too far from them, or nearer to their mean than any image is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.heads.discriminant import Covariance
from imaging.studies import Studies

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
SHRINKAGE = 0.1
TAIL, MARGIN = 0.999, 1.5  # of images of training; the bounds lie so many times as far from the median


@dataclass(frozen=True)
class Range:
    """Bounds of the log of the mean squared distance per coordinate."""

    low: float
    high: float

    def strange(self, distances: Floats) -> Bools:
        """A distance that is not a number is strange too."""
        return ~((distances >= self.low) & (distances <= self.high))


def distances(vectors: npt.NDArray[np.float32], seen: Covariance) -> Floats:
    """(m,) log of Mahalanobis' squared distance from the mean, by coordinate."""
    ridge = seen.variances + SHRINKAGE * max(float(seen.variances.mean()), 1e-12)
    moved = (vectors - seen.mean) @ (seen.axes / np.sqrt(ridge))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log((moved**2).mean(1)), np.float64)


def usual(found: Floats) -> Range:
    low, middle, high = np.quantile(found, [1 - TAIL, 0.5, TAIL])
    return Range(float(middle - MARGIN * (middle - low)), float(middle + MARGIN * (high - middle)))


def of_studies(found: Floats, studies: Studies) -> Floats:
    """(n,) the mean over the images of a study; NaN: it has none."""
    study = np.repeat(np.arange(len(studies)), studies.images)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.bincount(study, found, len(studies)) / studies.images, np.float64)
