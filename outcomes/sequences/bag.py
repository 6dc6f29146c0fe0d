"""All that was ever known of a person, code by code, without order: what stands beside a sequence."""

from dataclasses import dataclass

import numpy as np

from outcomes.sequences.known import Known
from outcomes.sequences.ragged import Ragged, starts_of
from outcomes.sequences.vocabulary import Words
from outcomes.timeline import Floats, Ints

STATED = 5
"""Numbers of each code: log of the count; last, mean, least and highest scaled value."""

Parts = tuple[Ints, Ints, Floats]
"""Row, place in Words, numbers (k, 5); sorted by row."""


@dataclass(frozen=True)
class Bags:
    of: Ragged
    word: Ints
    numbers: Floats
    words: Words

    def rows(self, rows: Ints) -> Floats:
        """(B, 5 c), those of a code together."""
        whose, place = self.of.pick(rows)
        out = np.zeros((len(rows), len(self.words), STATED), np.float32)
        out[whose, self.word[place]] = self.numbers[place]
        return out.reshape(len(rows), -1)


def gathered(parts: list[Parts], rows: int, words: Words) -> Bags:
    row, word, numbers = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Bags(Ragged(starts_of(row, rows)), word, numbers, words)


def bag(seen: Known, word: Ints, scaled: Floats, words: Words) -> Parts:
    """scaled: NaN where there is none."""
    value = np.nan_to_num(scaled)
    pair, member, often = np.unique(seen.row * len(words) + word, return_inverse=True, return_counts=True)
    out = np.zeros((len(pair), STATED), np.float32)
    out[:, 0] = np.log1p(often) / 3
    out[member, 1] = value  # of equal places the last one stays: the latest in the order of time
    out[:, 2] = np.bincount(member, value, len(pair)) / np.maximum(often, 1)
    out[:, 3:] = out[:, 1:2]
    np.minimum.at(out[:, 3], member, value)
    np.maximum.at(out[:, 4], member, value)
    return pair // len(words), pair % len(words), out
