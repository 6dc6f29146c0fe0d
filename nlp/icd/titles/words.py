"""The words of a text with their places, in passages that no mention crosses; in columns, for speed."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
WORD = re.compile(r"[^\W_]+")
LONGEST = 30  # words of a passage
_SIGNS = 0x10000  # those further on are no letters of ours


class Words(NamedTuple):
    """`passage` counts from 0, never falls and leaves none out."""

    texts: list[str]
    start: Ints
    end: Ints
    passage: Ints

    @property
    def passages(self) -> int:
        return int(self.passage[-1]) + 1 if len(self.texts) else 0


def words(text: str) -> Words:
    """A passage ends at a full stop, colon, semicolon, or line end, and when it is too long."""
    signs = np.minimum(np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32), _SIGNS - 1)
    letter = np.concatenate([[False], _kinds()[0][signs], [False]])
    edges = np.flatnonzero(letter[1:] != letter[:-1]).astype(np.int64)
    start, end = edges[::2], edges[1::2]
    after = np.append(signs[1:], ord(" "))
    stops = _kinds()[1][signs] | (_kinds()[2][signs] & _kinds()[3][after])
    part = np.cumsum(stops)[start - (start > 0)] if len(start) else start
    texts = [text[one:other] for one, other in zip(start.tolist(), end.tolist(), strict=True)]
    return Words(texts, start, end, _numbered(part))


def within(found: Words, spans: Sequence[tuple[int, int]]) -> Words:
    """Only words inside the spans, each span a passage of its own."""
    kept = [np.flatnonzero((found.start >= start) & (found.end <= end)) for start, end in spans]
    at = np.concatenate([np.zeros(0, dtype=np.int64), *kept])
    part = np.repeat(np.arange(len(kept)), [len(one) for one in kept])
    return Words([found.texts[one] for one in at], found.start[at], found.end[at], _numbered(part, len(found.texts)))


def beside(parts: Sequence[str]) -> Words:
    """Texts after each other, each a passage."""
    several = [words(part) for part in parts]
    sizes = [len(one.texts) for one in several]
    texts = [word for one in several for word in one.texts]
    start, end = (np.concatenate([np.zeros(0, np.int64), *(one[column] for one in several)]) for column in (1, 2))
    return Words(texts, start, end, np.repeat(np.arange(len(parts)), sizes))


def _numbered(part: Ints, longest: int = LONGEST) -> Ints:
    """Parts as passages 0, 1, 2; a part longer than allowed goes on as another."""
    if not len(part):
        return np.zeros(0, dtype=np.int64)
    new = np.diff(part, prepend=part[0] - 1) != 0
    begins = np.flatnonzero(new)
    place = np.arange(len(part)) - np.repeat(begins, np.diff(begins, append=len(part)))
    return np.cumsum(new | (place % max(longest, 1) == 0)) - 1


@cache
def _kinds() -> tuple[npt.NDArray[np.bool_], ...]:
    """Of every sign: is it of a word, does it end a passage, does it so before a space, is it a space."""
    signs = [chr(code) for code in range(_SIGNS)]
    return (
        np.array([sign.isalnum() for sign in signs]),
        np.array([sign in "\n;:" for sign in signs]),
        np.array([sign in ".!?" for sign in signs]),
        np.array([sign.isspace() for sign in signs]),
    )
