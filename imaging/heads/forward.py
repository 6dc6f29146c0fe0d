"""What a film looks like, given its findings: a normal film plus what each finding, side and grade adds, plus the rest.

Ridge regression of the vector on the findings, and the covariance of what it leaves, shrunk as Ledoit and Wolf (2004)
have it. Fisher's discriminant takes other findings for noise; this knows them, and so may explain a vector by several.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # studies' worth of belief that a finding adds nothing


@dataclass(frozen=True)
class Forward:
    normal: Floats  # (width,) the vector of a film without findings
    effects: Floats  # (columns, width), in whitened coordinates
    whitening: Floats  # (width, width): (vector - normal) @ whitening has the unit covariance where all is explained

    def whitened(self, vectors: Floats) -> Floats:
        return np.asarray((vectors - self.normal) @ self.whitening, np.float64)


def forward(vectors: Floats, given: Floats, ridge: float) -> Forward:
    """`given` (n, columns): states.design of the studies."""
    normal, effects = _regression(vectors, given, ridge)
    rest = vectors - normal - given @ effects
    whitening = _whitening(rest)
    return Forward(normal, effects @ whitening, whitening)


def best_ridge(vectors: Floats, given: Floats, fold: Ints) -> float:
    """The one with the least squared error on studies of other folds."""
    errors = np.zeros(len(RIDGES))
    for each in np.unique(fold):
        train, test = fold != each, fold == each
        for at, ridge in enumerate(RIDGES):
            normal, effects = _regression(vectors[train], given[train], ridge)
            errors[at] += ((vectors[test] - normal - given[test] @ effects) ** 2).sum()
    return RIDGES[int(np.argmin(errors))]


def _regression(vectors: Floats, given: Floats, ridge: float) -> tuple[Floats, Floats]:
    centre, middle = given.mean(0), vectors.mean(0)
    apart = given - centre
    bend = apart.T @ apart + ridge * np.eye(given.shape[1])
    effects = np.linalg.solve(bend, apart.T @ (vectors - middle))
    return middle - centre @ effects, effects


def _whitening(rest: Floats) -> Floats:
    """Symmetric C^-1/2."""
    n, width = rest.shape
    sample = rest.T @ rest / n
    target = float(np.trace(sample)) / width
    spread = float(((sample - target * np.eye(width)) ** 2).sum())
    doubt = float(((rest**2).sum(1) ** 2).sum() / n - (sample**2).sum()) / n
    share = min(max(doubt / spread, 0.0), 1.0) if spread > 0 else 1.0
    variances, axes = np.linalg.eigh((1 - share) * sample + share * target * np.eye(width))
    return np.asarray((axes / np.sqrt(np.maximum(variances, 1e-6 * target + 1e-12))) @ axes.T, np.float64)
