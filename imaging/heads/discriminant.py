"""Linear discriminants of all findings at once: one covariance, one inversion, a direction for each mean.

Fisher's discriminant with a covariance shrunk towards a multiple of the identity: (C + shrinkage x t I)^-1, t the mean
variance. One eigendecomposition serves every finding, side and grade, and every shrinkage.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SHRINKAGES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Covariance:
    """Of vectors (n, width): their mean, and the axes and variances of their covariance."""

    mean: Floats  # (width,)
    axes: Floats  # (width, width)
    variances: Floats  # (width,)

    def solve(self, differences: Floats, shrinkage: float) -> Floats:
        """(width, k) directions that tell means apart which lie `differences` (width, k) from each other."""
        ridge = self.variances + shrinkage * max(float(self.variances.mean()), 1e-12)
        found: Floats = self.axes @ ((self.axes.T @ differences) / ridge[:, None])
        return found


def covariance(vectors: Floats) -> Covariance:
    mean = vectors.mean(0)
    centred = vectors - mean
    variances, axes = np.linalg.eigh(centred.T @ centred / max(len(vectors) - 1, 1))
    return Covariance(mean, axes, np.maximum(variances, 0))


def means(vectors: Floats, member: npt.NDArray[np.bool_]) -> Floats:
    """(width, k) the mean of the members (n, k) of each class; 0 where it has none."""
    found: Floats = vectors.T @ member.astype(np.float64) / np.maximum(member.sum(0), 1)
    return found
