"""Very long notes in pieces: what layers cost grows faster than the text, and memory with it."""

from collections.abc import Iterator
from dataclasses import replace

from nlp.deid.note import Note

LONG = 50_000  # characters
BREAKS = ("\n\n", "\n", " ")


def pieces(note: Note) -> list[tuple[int, Note]]:
    """Where each piece begins, and the piece; most notes are one. Together they are the whole text."""
    if len(note.text) <= LONG:
        return [(0, note)]
    return [(start, replace(note, text=note.text[start:end])) for start, end in cuts(note.text)]


def cuts(text: str) -> Iterator[tuple[int, int]]:
    """Cut between paragraphs, else lines, else words, in the second half of each piece."""
    start = 0
    while start < len(text):
        end = _end(text, start)
        yield start, end
        start = end


def _end(text: str, start: int) -> int:
    if len(text) - start <= LONG:
        return len(text)
    for mark in BREAKS:
        found = text.rfind(mark, start + LONG // 2, start + LONG)
        if found >= 0:
            return found + len(mark)
    return start + LONG
