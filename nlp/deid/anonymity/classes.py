"""Equivalence classes: persons of a release who look alike to somebody who knows only the quasi-identifiers.

A release is k-anonymous when every class has at least k persons: Samarati and Sweeney 1998, Sweeney 2002
(k-anonymity: a model for protecting privacy). It bounds who can be singled out, not what is learned of a whole class.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from contract.work import Shard
from nlp.deid.anonymity.persons import QUASI, persons


def sizes(people: pa.Table, on: Sequence[str]) -> np.ndarray:
    """Of each person the number of persons in their class, themselves among them."""
    if not len(people):
        return np.zeros(0, dtype=np.int64)
    place = np.zeros(len(people), dtype=np.int64)
    for name in on:
        codes = people[name].combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
        _, place = np.unique(place * (codes.max() + 1) + codes, return_inverse=True)
    found: np.ndarray = np.bincount(place)[place]
    return found


def smallest(people: pa.Table, on: Sequence[str] = QUASI) -> int:
    """The smallest class; 0 where there is nobody."""
    return int(sizes(people, on).min(initial=len(people)))


def classes(tables: Shard, on: Sequence[str] = QUASI) -> tuple[pa.Table, int]:
    """The persons of released tables as they stand there, and the smallest class: what an attack is run on.

    What was generalised is compared as it is written. `visits` stands in the rows and is compared in bands.
    """
    people = persons(tables)
    return people, smallest(people, on)
