"""Words, numbers, punctuation and line ends of a text, with their offsets: what taggers read."""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff"
SMALL = "a-zß-öø-ÿ"
LETTERS = rf"[^\W\d_{SMALL}{IDEOGRAPHS}]+[{SMALL}]*|[{SMALL}]+"
TOKEN = re.compile(rf"{LETTERS}|\d+|[^\w\s]|[\r\n](?:\s*[\r\n])?|[{IDEOGRAPHS}_]")
NOTHING, SPACE, WIDE, LINE = range(4)  # what stands before a token
LONGEST = 48  # letters of a word that count for what it is


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one text. `gaps` says what stands before each token: NOTHING, SPACE, WIDE (a table's gap), LINE."""

    words: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    gaps: Sequence[int]

    def __len__(self) -> int:
        return len(self.words)


def tokenize(text: str) -> Tokens:
    """Letters, digits, signs ("84yo" is 84 and yo, "JohnSmith" John and Smith); blank lines are one line end."""
    spans = [match.span() for match in TOKEN.finditer(text)]
    words = [_word(text[start:end]) for start, end in spans]
    starts, ends = array("q", [start for start, _ in spans]), array("q", [end for _, end in spans])
    return Tokens(words, starts, ends, bytes(_gaps(text, words, spans)))


def _word(word: str) -> str:
    return "\n" if word[0] in "\r\n" else word if len(word) <= LONGEST else word[:LONGEST]


def _gaps(text: str, words: Sequence[str], spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    last, before = 0, "\n"
    for word, (start, end) in zip(words, spans, strict=True):
        if before == "\n":
            yield LINE
        elif start == last:
            yield NOTHING
        else:
            yield SPACE if start == last + 1 and text[last] != "\t" else WIDE
        last, before = end, word
