"""The words of a text with their places, cut into passages that no mention crosses."""

import re
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")
_HARD = re.compile(r"[.!?](?:\s|$)|[\n;:]")


class Word(NamedTuple):
    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    return [Word(match.group(), match.start(), match.end()) for match in WORD.finditer(text)]


def passages(text: str) -> list[list[Word]]:
    """A passage ends at a full stop, colon, semicolon, or line end."""
    found: list[list[Word]] = []
    here: list[Word] = []
    last = 0
    for word in words(text):
        if here and text[last : last + 1] != " " and _HARD.search(text, last, word.start):
            found.append(here)
            here = []
        here.append(word)
        last = word.end
    return [*found, here] if here else found
