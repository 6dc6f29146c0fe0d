"""Timelines as hourly bins of the most frequent codes, beside a bag of all that was ever known: what a GRU reads."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from outcomes.cohort import Cohort
from outcomes.sequences.known import Known, known, pieces
from outcomes.sequences.ragged import Ragged, starts_of
from outcomes.sequences.vocabulary import Words
from outcomes.timeline import Floats, Ints, Timeline

if TYPE_CHECKING:
    from torch import Tensor


STATED = 5
"""Numbers that the bag holds of each code."""


@dataclass(frozen=True)
class Hourly:
    bins: int = 48  # so many before the prediction
    hours: float = 1.0  # of a bin
    channels: int = 64  # most frequent codes; all others stand in the bag only

    def width(self, words: Words) -> int:
        """Channels of a bin, at least one."""
        return max(1, min(self.channels, len(words.codes)))

    def read(self, timeline: Timeline, cohort: Cohort, words: Words) -> "Grid":
        parts, offset = [_cells(known(timeline, cohort.take(np.arange(0))), timeline, words, self)], 0
        for part in pieces(cohort):
            cells = _cells(known(timeline, part), timeline, words, self)
            parts.append(replace(cells, row=cells.row + offset, bag_row=cells.bag_row + offset))
            offset += len(part)
        cells = Cells(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Cells)))
        of_cells = Ragged(starts_of(cells.row, len(cohort)))
        first = np.full(len(cohort), self.bins - 1, np.int64)
        filled = np.flatnonzero(np.diff(of_cells.starts))
        first[filled] = cells.bin[of_cells.starts[filled]]
        return Grid(self, words, cells, of_cells, Ragged(starts_of(cells.bag_row, len(cohort))), self.bins - first)


@dataclass(frozen=True)
class Cells:
    """Sorted by row, then by bin (0 is the oldest), then by word."""

    row: Ints
    bin: Ints
    word: Ints  # place in Words
    value: Floats  # mean of the scaled values; 0: none
    bag_row: Ints
    bag_word: Ints
    bag: Floats  # (k, 5) log of the count; last, mean, least and highest scaled value


@dataclass(frozen=True)
class Grid:
    plan: Hourly
    words: Words
    cells: Cells
    of_cells: Ragged
    of_bags: Ragged
    lengths: Ints  # (m,) bins from the first that holds anything to the prediction, at least 1

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, rows: Ints, drop: float = 0.0, draw: np.random.Generator | None = None) -> "tuple[Tensor, ...]":
        """values, seen (B, T, C), lengths (B,), bag (B, 5 c); a share of `drop` of the cells is left out."""
        import torch

        whose, place = self.of_cells.pick(rows)
        if drop and draw is not None:
            kept = draw.random(len(place)) >= drop
            whose, place = whose[kept], place[kept]
        lengths, longest = self.lengths[rows], int(self.lengths[rows].max(initial=1))
        at = self.cells.bin[place] - (self.plan.bins - lengths[whose])
        values, seen = np.zeros((2, len(rows), longest, self.plan.width(self.words)), np.float32)
        values[whose, at, self.cells.word[place] - 2] = self.cells.value[place]
        seen[whose, at, self.cells.word[place] - 2] = 1
        return tuple(torch.from_numpy(one) for one in (values, seen, lengths, self.bags(rows)))

    def bags(self, rows: Ints) -> Floats:
        """(B, 5 c)."""
        whose, place = self.of_bags.pick(rows)
        out = np.zeros((len(rows), len(self.words), STATED), np.float32)
        out[whose, self.cells.bag_word[place]] = self.cells.bag[place]
        return out.reshape(len(rows), -1)


def _cells(seen: Known, timeline: Timeline, words: Words, plan: Hourly) -> Cells:
    word = words.places(timeline.codes)[seen.code]
    scaled = np.nan_to_num(words.scaled(word, seen.value))
    back = np.floor(seen.hours / plan.hours)
    inside = ~seen.timeless & (back < plan.bins) & (word >= 2) & (word < 2 + plan.width(words))
    at = (plan.bins - 1 - back[inside]).astype(np.int64)
    key = (seen.row[inside] * plan.bins + at) * len(words) + word[inside]
    cells, group, counts = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(group, scaled[inside], len(cells)) / np.maximum(counts, 1)
    return Cells(
        cells // len(words) // plan.bins, cells // len(words) % plan.bins, cells % len(words), mean.astype(np.float32),
        *_bag(seen.row, word, scaled, len(words)),
    )  # fmt: skip


def _bag(row: Ints, word: Ints, scaled: Floats, words: int) -> tuple[Ints, Ints, Floats]:
    bag, member, often = np.unique(row * words + word, return_inverse=True, return_counts=True)
    out = np.zeros((len(bag), STATED), np.float32)
    out[:, 0] = np.log1p(often) / 3
    out[member, 1] = scaled  # of equal places the last one stays: the latest in the order of time
    out[:, 2] = np.bincount(member, scaled, len(bag)) / np.maximum(often, 1)
    out[:, 3:] = out[:, 1:2]
    np.minimum.at(out[:, 3], member, scaled)
    np.maximum.at(out[:, 4], member, scaled)
    return bag // words, bag % words, out
