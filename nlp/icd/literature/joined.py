"""The notes of a chart as one text, its words, and characters of it back to their note."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from nlp.icd.chart import Chart, Evidence, Note

BREAK = "\n\n"
WORD = re.compile(r"\w*[^\W\d_]\w*")  # with a letter: numbers alone are left out, as the papers do
SENTENCE_END = re.compile(r"[.;:!?](?=\s)|\n")


@dataclass(frozen=True, slots=True)
class Joined:
    notes: tuple[Note, ...]
    starts: tuple[int, ...]  # where each note begins in the text
    text: str = field(repr=False)

    def evidence(self, start: int, end: int, source: str, weight: float) -> Evidence:
        """`start` must lie in a note; what reaches beyond its end is cut off."""
        at = bisect_right(self.starts, start) - 1
        begins, note = self.starts[at], self.notes[at]
        return Evidence(note.note_id, start - begins, min(end - begins, len(note.text)), source, weight)


def joined(chart: Chart) -> Joined:
    starts, at = [], 0
    for note in chart.notes:
        starts.append(at)
        at += len(note.text) + len(BREAK)
    return Joined(chart.notes, tuple(starts), BREAK.join(note.text for note in chart.notes))


def words(text: str) -> list[tuple[int, int]]:
    """Offsets of the words with a letter."""
    return [match.span() for match in WORD.finditer(text)]


def apart(text: str, spans: Iterable[tuple[int, int]]) -> list[int]:
    """Of each span the number of its sentence, from 0: sentences end with their mark, lines with their end."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    numbers: dict[int, int] = {}
    return [numbers.setdefault(bisect_right(ends, start), len(numbers)) for start, _ in spans]
