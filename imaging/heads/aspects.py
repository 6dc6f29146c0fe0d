"""Side, severity and position of a finding that is there: which of its classes the vector lies nearest to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.heads.calibrated import classes, sharpness
from imaging.heads.coded import Coded
from imaging.heads.discriminant import Covariance, means

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
FEWEST = 5  # studies of a class, below which it is told by its share alone


@dataclass(frozen=True)
class Aspect:
    """k classes of f findings. Scores are distances from the mean of the finding towards that of the class."""

    directions: Floats  # (f, width, k); 0 for a class with too few studies
    offsets: Floats  # (f, k)
    prior: Floats  # (f, k)
    sharp: Floats  # (f,)

    def __call__(self, vectors: Floats) -> Floats:
        """(n, f, k) probabilities, given that the finding is there."""
        every = [
            classes(vectors @ self.directions[j] - self.offsets[j], self.prior[j], float(self.sharp[j]))
            for j in range(len(self.sharp))
        ]
        return np.stack(every, 1) if every else np.zeros((len(vectors), 0, self.prior.shape[1]))


def directions(
    vectors: Floats, truth: Coded, name: str, k: int, seen: Covariance, shrinkage: float
) -> tuple[Floats, Floats]:
    """As Aspect has them."""
    found, offsets = np.zeros((len(truth.names), vectors.shape[1], k)), np.zeros((len(truth.names), k))
    for j in range(len(truth.names)):
        rows = np.flatnonzero(truth.present[:, j])
        member = truth.aspects[name][rows, j][:, None] == np.arange(k)
        enough = member.sum(0) >= FEWEST
        if enough.sum() < 2:
            continue
        apart = (means(vectors[rows], member) - vectors[rows].mean(0)[:, None]) * enough
        found[j] = seen.solve(apart, shrinkage)
        offsets[j] = (found[j] * (vectors[rows].mean(0)[:, None] + apart / 2)).sum(0)
    return found, offsets


def priors(truth: Coded, name: str, k: int) -> Floats:
    """(f, k) shares among studies that have the finding; a class that was never said has none."""
    found = np.zeros((len(truth.names), k))
    for j in range(len(truth.names)):
        many = np.bincount(truth.aspects[name][truth.present[:, j], j], minlength=k)
        found[j] = many / max(many.sum(), 1)
    found[found.sum(1) == 0, 0] = 1
    return found


def sharpnesses(scores: Sequence[Floats], truth: Coded, name: str, prior: Floats) -> Floats:
    """`scores`: of each finding those of the studies that have it (n_j, k), out of fold."""
    return np.array(
        [sharpness(each, truth.aspects[name][truth.present[:, j], j], prior[j]) for j, each in enumerate(scores)]
    )
