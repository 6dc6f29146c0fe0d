"""Persons into folds by a digest of their id: nobody stands in two, and a person's fold is the same tomorrow."""

import hashlib

import numpy as np
import numpy.typing as npt

from outcomes.cohort import Cohort
from outcomes.timeline import Ints, Timeline

Flags = npt.NDArray[np.bool_]


def folds(persons: Ints, positive: Flags, count: int, seed: int) -> Ints:
    """(m,) the fold of each row, 0 to count - 1. Persons with a positive row are dealt out first, evenly.

    persons (m,) are ids, not places, so that the order of a table decides nothing.
    """
    ids, whose = np.unique(persons, return_inverse=True)
    has = np.zeros(len(ids), bool)
    np.logical_or.at(has, whose, positive)
    drawn = np.array([digest(int(person), seed) for person in ids], np.uint64)
    order = np.lexsort((drawn, ~has))
    dealt = np.empty(len(ids), np.int64)
    dealt[order] = np.arange(len(ids)) % count
    return np.asarray(dealt[whose], np.int64)


def digest(person: int, seed: int) -> int:
    said = hashlib.blake2b(f"{seed}/{person}".encode(), digest_size=8).digest()
    return int.from_bytes(said, "big")


def persons(timeline: Timeline, cohort: Cohort) -> Ints:
    """(m,) subject_id of each row."""
    return timeline.subjects[cohort.subject]
