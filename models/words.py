"""What networks are told of a word: its letters, its parts, its shape and what lists know of it, as numbers.

No vocabulary: words and their parts are hashed, so that a word never seen before still looks like its relatives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from models.lexicon import borne, plain, zipf

HEAD, TAIL = 10, 6  # letters that are read of a word
LETTERS = 1024  # letters beyond are hashed into these
PARTS = 32  # runs of three and four letters
SHAPES = 512
LISTS = slice(0, 8)  # of the numbers: what a network must not rely on alone
NUMBERS = 8 + 20


@dataclass(frozen=True, slots=True)
class Words:
    """Of N words: letters (N, 16), parts (N, 32), whole (N), shape (N), numbers (N, 28). 0 fills up."""

    letters: Tensor
    parts: Tensor
    whole: Tensor
    shape: Tensor
    numbers: Tensor

    def __len__(self) -> int:
        return len(self.whole)

    def take(self, rows: Tensor) -> "Words":
        return Words(*(getattr(self, name)[rows] for name in self.__slots__))

    def with_more(self, more: "Words") -> "Words":
        return Words(*(torch.cat([getattr(self, name), getattr(more, name)]) for name in self.__slots__))


@dataclass(frozen=True)
class Reader:
    """Reads words of a language; `buckets` and `part_buckets` are how many numbers words and parts are hashed into."""

    language: str = "en"
    buckets: int = 1 << 14
    part_buckets: int = 1 << 15

    def read(self, words: Sequence[str]) -> Words:
        count = len(words)
        letters = np.zeros((count, HEAD + TAIL), np.int32)
        parts = np.zeros((count, PARTS), np.int32)
        rest = np.zeros((count, 2), np.int32)
        numbers = np.zeros((count, NUMBERS), np.float32)
        for row, word in enumerate(words):
            _letters(word, letters[row])
            self._parts(word.lower(), parts[row])
            rest[row] = 1 + crc32(word.lower().encode()) % (self.buckets - 1), 1 + _shape(word)
            numbers[row] = _numbers(word, self.language)
        return Words(*map(torch.from_numpy, (letters, parts, rest[:, 0], rest[:, 1], numbers)))

    def _parts(self, low: str, into: np.ndarray) -> None:
        held = f"<{low}>"
        runs = [held[at : at + size] for size in (3, 4) for at in range(len(held) - size + 1)]
        for at, run in enumerate(runs[:PARTS]):
            into[at] = 1 + crc32(run.encode()) % (self.part_buckets - 1)


def _letters(word: str, into: np.ndarray) -> None:
    kept = word if len(word) <= HEAD + TAIL else word[:HEAD] + word[-TAIL:]
    for at, letter in enumerate(kept):
        code = ord(letter)
        into[at] = code if 0 < code < LETTERS else 1 + code % (LETTERS - 1)


def _shape(word: str) -> int:
    """Xx for Madrid, d4 for 1987, X2 for MR: runs of one kind, numbers with their length."""
    kinds = ["X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word]
    runs = [kind for at, kind in enumerate(kinds) if at == 0 or kinds[at - 1] != kind]
    length = str(min(len(word), 9)) if len(runs) == 1 else ""
    return crc32(("".join(runs) + length).encode()) % (SHAPES - 1)


@cache
def _lists(language: str) -> tuple[frozenset[str], ...]:
    near = language if language in ("en", "es") else ""
    return tuple(borne(locales, part) for part in ("first_names", "last_names", "places") for locales in (near, ""))


def _numbers(word: str, language: str) -> list[float]:
    low, known = word.lower(), plain(word)
    common = zipf(low, language)
    listed = [common / 8, float(common == 0), *(float(known in names) for names in _lists(language))]
    digits = len(word) if word.isdigit() and word.isascii() else 0
    value = int(word) if 0 < digits < 5 else -1
    looks = (word.islower(), word.isupper(), word.istitle(), digits > 0, word.isalnum(), len(word) == 1, word == "\n",
             not word.isascii(), 1 <= value <= 12, 1 <= value <= 31, 1900 <= value < 2100, digits == 2, digits == 3,
             digits == 4, digits == 5, 5 < digits < 9, digits == 9, digits > 9, word[:1] == "0")  # fmt: skip
    return [*listed, *map(float, looks), min(len(word), 16) / 8]
