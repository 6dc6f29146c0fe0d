"""Rows of unequal length in flat columns, and how they are dealt into batches."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.timeline import Ints


@dataclass(frozen=True)
class Ragged:
    """Where each of m rows has its entries in flat columns."""

    starts: Ints  # (m + 1,)

    def pick(self, rows: Ints) -> tuple[Ints, Ints]:
        """Of the entries of these rows: which of `rows` each belongs to, and its place in the columns."""
        counts = self.starts[rows + 1] - self.starts[rows]
        whose = np.repeat(np.arange(len(rows)), counts)
        inside = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
        return whose, self.starts[rows][whose] + inside


def starts_of(row: Ints, rows: int) -> Ints:
    """Of entries sorted by row, where each row begins."""
    return np.searchsorted(row, np.arange(rows + 1)).astype(np.int64)


def dealt(rows: Ints, lengths: Ints, size: int, draw: np.random.Generator | None = None) -> Iterator[Ints]:
    """Batches of rows of like length; drawn anew where `draw` is given, else in the order of length."""
    if draw is None:
        ordered = rows[np.argsort(lengths[rows], kind="stable")]
        yield from (ordered[at : at + size] for at in range(0, len(ordered), size))
        return
    mixed = draw.permutation(rows)
    pool = 8 * size
    parts = [mixed[at : at + pool] for at in range(0, len(mixed), pool)]
    batches = [batch for part in parts for batch in dealt(part, lengths, size)]
    yield from (batches[at] for at in draw.permutation(len(batches)))
