"""Which findings go together, whatever the images show: a tube with a line, a large heart with congestion.

An Ising model by pseudo-likelihood (Besag 1975): of each finding a logistic regression on the others with a Gaussian
prior; of the two weights of a pair the mean, and shifts that give each finding its share.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.heads.calibrated import sigmoid

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
PRIOR = 1.0  # precision of a weight
STEPS, ENOUGH = 25, 1e-6


@dataclass(frozen=True)
class Together:
    """Log odds of a finding: shift + the weights of the others that are there."""

    weights: Floats  # (f, f) symmetric, 0 on the diagonal
    shift: Floats  # (f,)

    def odds(self, column: int, there: Floats) -> Floats:
        """(n,) of one finding, given how probable each of all is: (n, f)."""
        return np.asarray(self.shift[column] + there @ self.weights[column], np.float64)


def together(present: Bools) -> Together:
    """`present` (n, f)"""
    given = present.astype(np.float64)
    f = given.shape[1]
    weights = np.zeros((f, f))
    for column in range(f):
        others = np.delete(np.arange(f), column)
        weights[column, others] = _weights(given[:, others], given[:, column])
    weights = (weights + weights.T) / 2
    return Together(
        weights, np.array([_shift(given @ weights[j], float(given[:, j].mean()), len(given)) for j in range(f)])
    )


def _weights(others: Floats, label: Floats) -> Floats:
    """Newton's steps of a logistic regression."""
    x = np.concatenate([others, np.ones((len(others), 1))], 1)
    penalty = np.array([PRIOR] * others.shape[1] + [1e-3])
    found = np.zeros(x.shape[1])
    found[-1] = np.log((label.sum() + 1) / (len(label) - label.sum() + 1))
    for _ in range(STEPS):
        chance = sigmoid(x @ found)
        slope = x.T @ (chance - label) + penalty * found
        step = np.linalg.solve((x * (chance * (1 - chance))[:, None]).T @ x + np.diag(penalty), slope)
        found -= np.clip(step, -2, 2)
        if np.abs(step).max() < ENOUGH:
            break
    return found[:-1]


def _shift(odds: Floats, share: float, n: int) -> float:
    """With it the mean probability is the share, by halving; a finding that nobody has is held to be rare."""
    share = (share * n + 0.5) / (n + 1)
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(odds + middle).mean() < share else (low, middle)
    return (low + high) / 2
