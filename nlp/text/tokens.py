"""Words, numbers, punctuation and line ends of a text, with their offsets: what taggers read."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[{IDEOGRAPHS}]|[^\W\d_{IDEOGRAPHS}]+|\d+|\n|[^\w\s]|_")
NOTHING, SPACE, WIDE, LINE = range(4)  # what stands before a token
LONGEST = 48  # letters of a word that count for what it is


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one text. `gaps` says what stands before each token: NOTHING, SPACE, WIDE (a table's gap), LINE."""

    words: list[str]
    starts: "array[int]"
    ends: "array[int]"
    gaps: bytearray

    def __len__(self) -> int:
        return len(self.words)


def tokenize(text: str) -> Tokens:
    """Letters, digits, signs ("84yo" is 84 and yo, "JohnSmith" John and Smith); blank lines are one line end."""
    found = Tokens([], array("q"), array("q"), bytearray())
    last, was_line = 0, True
    for match in TOKEN.finditer(text):
        word, start = match.group(), match.start()
        if word == "\n" and was_line:
            last = match.end()
            continue
        gap = LINE if was_line else _gap(text, last, start)
        for begin, end in _pieces(word):
            found.words.append(word[begin:end][:LONGEST])
            found.starts.append(start + begin)
            found.ends.append(start + end)
            found.gaps.append(gap)
            gap = NOTHING
        last, was_line = match.end(), word == "\n"
    return found


def _gap(text: str, last: int, start: int) -> int:
    if start == last:
        return NOTHING
    return SPACE if start == last + 1 and text[last] != "\t" else WIDE


def _pieces(word: str) -> tuple[tuple[int, int], ...]:
    if len(word) < 2 or word.islower() or word.isupper() or word[1:].islower() or not word[0].isalpha():
        return ((0, len(word)),)
    return tuple(_humps(word)) if len(word) > LONGEST else _cached_humps(word)


@lru_cache(maxsize=1 << 15)
def _cached_humps(word: str) -> tuple[tuple[int, int], ...]:
    return tuple(_humps(word))


def _humps(word: str) -> Iterator[tuple[int, int]]:
    """Where a small letter meets a capital a new word begins."""
    begin = 0
    for at in range(1, len(word)):
        if word[at].isupper() and word[at - 1].islower():
            yield begin, at
            begin = at
    yield begin, len(word)
