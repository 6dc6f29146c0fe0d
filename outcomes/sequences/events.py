"""Timelines as lists of events, the most recent ones: code, value, hours before. Equal codes of an hour become one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from outcomes.cohort import Cohort
from outcomes.sequences.bag import Bags, Parts, bag, gathered
from outcomes.sequences.known import Known
from outcomes.sequences.ragged import Ragged, starts_of
from outcomes.sequences.vocabulary import Words
from outcomes.timeline import Bools, Floats, Ints, Timeline

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Recent:
    longest: int = 512  # events; what has no time (and the birth) comes first, then the latest
    hours: float = 1.0  # equal codes of so many hours are pooled: the mean of their values at the latest of their times
    fine: float = 48.0  # further back than this the pooling doubles its width again and again

    def read(self, timeline: Timeline, cohort: Cohort, words: Words) -> "Events":
        parts = [_pooled(*piece, words, self) for piece in words.known(timeline, cohort)]
        row, word, value, hours = (np.concatenate(column) for column in zip(*(one for one, _ in parts), strict=True))
        bags = gathered([one for _, one in parts], len(cohort), words)
        return Events(Ragged(starts_of(row, len(cohort))), word, value, hours, words, bags)


@dataclass(frozen=True)
class Events:
    of: Ragged
    word: Ints  # (k,) place in Words; of each row the latest first
    value: Floats  # (k,) scaled; NaN: none
    hours: Floats  # (k,) before the prediction
    words: Words
    bags: Bags

    def __len__(self) -> int:
        return len(self.of.starts) - 1

    @property
    def lengths(self) -> Ints:
        return np.maximum(np.diff(self.of.starts), 1)

    def batch(
        self, rows: Ints, drop: float = 0.0, draw: np.random.Generator | None = None, width: int = 0
    ) -> "tuple[Tensor, ...]":
        """words, scaled values, log1p hours (B, N), bags (B, 5 c); a share of `drop` of the events is left out."""
        import torch

        whose, place = self.of.pick(rows)
        if drop and draw is not None:
            kept = draw.random(len(place)) >= drop
            whose, place = whose[kept], place[kept]
        begins = starts_of(whose, len(rows))
        at = np.arange(len(whose)) - begins[whose]
        shape = len(rows), int(np.diff(begins).max(initial=max(1, width)))
        word, value, gap = np.zeros(shape, np.int64), np.full(shape, np.nan, np.float32), np.zeros(shape, np.float32)
        word[whose, at], value[whose, at] = self.word[place], self.value[place]
        gap[whose, at] = np.log1p(self.hours[place])
        return tuple(torch.from_numpy(one) for one in (word, value, gap, self.bags.rows(rows)))


Columns = tuple[Ints, Ints, Floats, Floats]
"""Row, place in Words, scaled value, hours before."""


def _pooled(seen: Known, word: Ints, scaled: Floats, words: Words, plan: Recent) -> tuple[Columns, Parts]:
    """Sorted by row; of each what has no time, then the latest first, at most `longest`."""
    slot = _slot(seen.hours, seen.timeless, plan)
    slots = int(slot.max(initial=0)) + 1
    key, group = np.unique((seen.row * slots + slot) * len(words) + word, return_inverse=True)
    there = ~np.isnan(scaled)
    count = np.bincount(group, there, len(key))
    total = np.bincount(group, np.where(there, scaled, 0), len(key))
    value = np.divide(total, count, out=np.full(len(key), np.nan), where=count > 0).astype(np.float32)
    hours = np.full(len(key), np.inf, np.float32)
    np.minimum.at(hours, group, seen.hours)
    row = key // len(words) // slots
    keep = _first(row, plan.longest)
    columns = row[keep], (key % len(words))[keep], value[keep], hours[keep]
    return columns, bag(seen, word, scaled, words)


def _slot(hours: Floats, timeless: Bools, plan: Recent) -> Ints:
    """0: no time; then pools of `hours` back to `fine`; then such as double."""
    near = np.floor(np.minimum(hours, plan.fine) / plan.hours)
    far = np.floor(np.log2(np.maximum(hours / plan.fine, 1)))
    return np.where(timeless, 0, 1 + near + far).astype(np.int64)


def _first(row: Ints, most: int) -> Bools:
    begins = np.searchsorted(row, row)
    return np.asarray(np.arange(len(row)) - begins < most)
