"""Linkage of a release with a population file on what both hold: how small is the smallest group one may hide in?"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

QUASI = ("birth_year", "zip3", "sex")


@dataclass(frozen=True)
class Linkage:
    """`smallest`: the smallest group in the release; `lone`: share of its people with one candidate in the file."""

    smallest: int
    lone: float
    matched: float  # share of the release with any candidate at all
    holds: bool


def linkage(release: pa.Table, population: pa.Table, k: int, on: Sequence[str] = QUASI) -> Linkage:
    """Both tables hold a row a person and the columns `on`; a generalised value is compared as it is written."""
    groups = release.group_by(list(on), use_threads=False).aggregate([([], "count_all")])
    file = population.group_by(list(on), use_threads=False).aggregate([([], "count_all")])
    candidates = {tuple(row[name] for name in on): row["count_all"] for row in file.to_pylist()}
    rows = [(tuple(row[name] for name in on), row["count_all"]) for row in groups.to_pylist()]
    people = max(len(release), 1)
    smallest = min((count for _, count in rows), default=0)
    lone = sum(count for key, count in rows if candidates.get(key) == 1)
    matched = sum(count for key, count in rows if key in candidates)
    return Linkage(smallest, lone / people, matched / people, not rows or smallest >= k)
