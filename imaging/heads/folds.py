"""Folds by person: studies of one person are judged by heads that never saw that person."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
FOLDS = 5


def folds(groups: Ints, many: int = FOLDS, seed: int = 1) -> Ints:
    """(n,) the fold of each study; persons are dealt at random, each fold as many."""
    persons, place = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(persons))
    return np.asarray((order % many)[place], np.int64)
