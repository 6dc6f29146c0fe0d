"""How freely a penalised regression may use each column: the more, the clearer it goes with the label alone.

An adaptive ridge (Zou, JASA 2006, has it for the lasso; Hoerl and Kennard's generalised ridge is the idea): hundreds of
columns that say nothing are held near 0, so that few that say much need not be.
"""

import hashlib

import numpy as np

from outcomes.features.matrix import Matrix
from outcomes.timeline import Ints

HALF = 20.0  # chi squared of one column at which it is trusted half
LEAST = 0.05  # what is left to a column without any evidence, in the same unit
SMALL = 1e-6


def scales(columns: Matrix, labels: Matrix, persons: Ints) -> Matrix:
    """(c, t) with a mean square of 1 over the columns; rows of one person count as one. NaN labels tell nothing."""
    known = ~np.isnan(labels)
    count = np.maximum(known.sum(0), 1)
    rate = np.where(known, labels, 0).sum(0) / count
    off = np.where(known, labels - rate, 0).astype(np.float32)
    spread = np.maximum(columns.std(0), SMALL)[:, None] * np.maximum(np.sqrt(rate * (1 - rate)), SMALL)
    whole = np.array([len(np.unique(persons[one])) for one in known.T])
    chi = (columns.T @ off / count / spread) ** 2 * whole
    free = np.maximum(chi - 1, LEAST) / (chi + HALF)
    return np.asarray(np.sqrt(free / free.mean(0)), np.float32)


def telling(columns: Matrix) -> Ints:
    """The columns that are not the same in all rows, NaN being a value too, and of those that are equal the first."""
    first: dict[bytes, int] = {}
    for at, column in enumerate(columns.T):
        if not (column == column[0]).all() and not np.isnan(column).all():
            first.setdefault(hashlib.blake2b(column.tobytes(), digest_size=16).digest(), at)
    return np.array(sorted(first.values()), np.int64)
