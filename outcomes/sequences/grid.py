"""Timelines as hourly bins of the most frequent codes, beside a bag of all that was ever known: what a GRU reads."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from outcomes.cohort import Cohort
from outcomes.sequences.bag import Bags, Parts, bag, gathered
from outcomes.sequences.known import Known
from outcomes.sequences.ragged import Ragged, starts_of
from outcomes.sequences.vocabulary import Words
from outcomes.timeline import Floats, Ints, Timeline

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Hourly:
    bins: int = 48  # so many before the prediction
    hours: float = 1.0  # of a bin
    channels: int = 64  # most frequent codes; all others stand in the bag only

    def width(self, words: Words) -> int:
        """Channels of a bin, at least one."""
        return max(1, min(self.channels, len(words.codes)))

    def read(self, timeline: Timeline, cohort: Cohort, words: Words) -> "Grid":
        parts = [_cells(*piece, words, self) for piece in words.known(timeline, cohort)]
        found = [cells for cells, _ in parts]
        cells = Cells(*(np.concatenate([getattr(one, column.name) for one in found]) for column in fields(Cells)))
        of = Ragged(starts_of(cells.row, len(cohort)))
        first = np.full(len(cohort), self.bins - 1, np.int64)
        filled = np.flatnonzero(np.diff(of.starts))
        first[filled] = cells.bin[of.starts[filled]]
        return Grid(self, words, cells, of, gathered([one for _, one in parts], len(cohort), words), self.bins - first)


@dataclass(frozen=True)
class Cells:
    """Sorted by row, then by bin (0 is the oldest), then by word."""

    row: Ints
    bin: Ints
    word: Ints  # place in Words
    value: Floats  # mean of the scaled values; 0: none


@dataclass(frozen=True)
class Grid:
    plan: Hourly
    words: Words
    cells: Cells
    of: Ragged
    bags: Bags
    lengths: Ints  # (m,) bins from the first that holds anything to the prediction, at least 1

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(
        self, rows: Ints, drop: float = 0.0, draw: np.random.Generator | None = None, width: int = 0
    ) -> "tuple[Tensor, ...]":
        """values, seen (B, T, C), lengths (B,), bag (B, 5 c); a share of `drop` of the cells is left out."""
        import torch

        whose, place = self.of.pick(rows)
        if drop and draw is not None:
            kept = draw.random(len(place)) >= drop
            whose, place = whose[kept], place[kept]
        lengths, longest = self.lengths[rows], int(self.lengths[rows].max(initial=max(1, width)))
        at = self.cells.bin[place] - (self.plan.bins - lengths[whose])
        values, seen = np.zeros((2, len(rows), longest, self.plan.width(self.words)), np.float32)
        values[whose, at, self.cells.word[place] - 2] = self.cells.value[place]
        seen[whose, at, self.cells.word[place] - 2] = 1
        return tuple(torch.from_numpy(one) for one in (values, seen, lengths, self.bags.rows(rows)))


def _cells(seen: Known, word: Ints, scaled: Floats, words: Words, plan: Hourly) -> tuple[Cells, Parts]:
    back = np.floor(seen.hours / plan.hours)
    inside = ~seen.timeless & (back < plan.bins) & (word >= 2) & (word < 2 + plan.width(words))
    at = (plan.bins - 1 - back[inside]).astype(np.int64)
    key = (seen.row[inside] * plan.bins + at) * len(words) + word[inside]
    key, group = np.unique(key, return_inverse=True)
    value, there = np.nan_to_num(scaled[inside]), ~np.isnan(scaled[inside])
    mean = np.bincount(group, value, len(key)) / np.maximum(np.bincount(group, there, len(key)), 1)
    slot = key // len(words)
    cells = Cells(slot // plan.bins, slot % plan.bins, key % len(words), mean.astype(np.float32))
    return cells, bag(seen, word, scaled, words)
