"""The words of a text with their places, cut into passages that no mention crosses."""

import re
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+")
_HARD = re.compile(r"[.;:!?\n](?:\s|$)|\n|[;:]")
LONGEST = 14  # words of a passage: a longer one is cut with an overlap, so that its words stay near each other


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int


def passages(text: str) -> list[list[Word]]:
    """A passage ends at a full stop, colon, semicolon, or line end."""
    found: list[list[Word]] = []
    here: list[Word] = []
    last = 0
    for match in WORD.finditer(text):
        gap = text[last : match.start()]
        if here and len(gap) > 1 - (gap == "\n") and _HARD.search(gap):
            found.append(here)
            here = []
        here.append(Word(match.group(), match.start(), match.end()))
        last = match.end()
    return [*found, here] if here else found
