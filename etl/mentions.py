"""Whether raw text names a person: by its cells, and by the words in them."""

import re
from collections.abc import Iterable, Iterator

CELL = re.compile(r"[,;|^~\t\"'/\r\n?=&]+")  # what parts cells of rows, fields of HL7, texts, references
WORD = re.compile(r"[A-Za-z0-9.\-]+")
SURE = 6  # a shorter word says somebody only where it is a whole cell


def said(raw: str) -> Iterator[str]:
    """Every cell, and every longer word inside of one, some of them several times."""
    for cell in CELL.split(raw):
        if cell:
            yield cell.strip()
    for word in WORD.findall(raw):
        if len(word) >= SURE:
            yield word
            yield word.strip(".-")


class Mentions:
    """Of some words: keys, identifiers, ids."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if word)

    def __bool__(self) -> bool:
        return bool(self._words)

    def inside(self, raw: str) -> bool:
        return bool(self._words) and any(word in self._words for word in said(raw))
