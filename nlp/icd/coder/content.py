"""The words of a chart that carry meaning, as stems with their offsets: what the coder matches and counts."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from nlp.icd.chart import Chart, Evidence, Note

PIECE = re.compile(r"[^\W_]+|[.;:!?\n]")
ENDS = frozenset(".;!?\n")  # of a sentence; a colon ends none
SILENT_WORDS = """
de la el en y con los las del se por una un que al su para sin a o e u lo sus como
the of and to with in on an or
"""
SILENT = frozenset(SILENT_WORDS.split())
"""Function words, which phrases are compared without. Negations are told by nlp.text.assertion, not here."""
READ = 64  # charts that are kept as they were read
SHORT = 6  # letters of a stem by which derived words meet: deshidratado, deshidratación


@dataclass(frozen=True)
class Content:
    """One chart. `sentences`: the number of the sentence of each stem; `notes`: the number of its note."""

    stems: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    sentences: Sequence[int]
    notes: Sequence[int]
    note_ids: Sequence[str]

    def __len__(self) -> int:
        return len(self.stems)

    @cached_property
    def shorts(self) -> Sequence[str]:
        """The stems, cut to SHORT letters."""
        return [word[:SHORT] for word in self.stems]

    @cached_property
    def counted(self) -> Mapping[str, int]:
        """How often each stem is there, and each pair of stems that follow each other."""
        return Counter([*self.stems, *map(" ".join, pairwise(self.stems))])

    def evidence(self, first: int, end: int, source: str, weight: float) -> Evidence:
        """Of the stems first to end - 1, which stand in one sentence."""
        note_id = self.note_ids[self.notes[first]]
        return Evidence(note_id, self.starts[first], self.ends[end - 1], source, round(float(weight), 4))


def content(chart: Chart) -> Content:
    """Of the same notes the same, for a while: several read them, one after the other."""
    return _read(chart.notes)


@lru_cache(maxsize=READ)
def _read(chart_notes: tuple[Note, ...]) -> Content:
    stems: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    notes: list[int] = []
    sentence = 0
    for number, note in enumerate(chart_notes):
        for match in PIECE.finditer(note.text):
            word = match.group()
            if word in ENDS:
                sentence += 1
            elif word != ":" and word.lower() not in SILENT:
                stems.append(stem(word))
                starts.append(match.start())
                ends.append(match.end())
                sentences.append(sentence)
                notes.append(number)
        sentence += 1
    return Content(stems, starts, ends, sentences, notes, [note.note_id for note in chart_notes])


def stems(text: str) -> tuple[str, ...]:
    """Of a phrase."""
    words = (match.group() for match in PIECE.finditer(text))
    return tuple(stem(word) for word in words if word not in ENDS and word != ":" and word.lower() not in SILENT)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Small letters without accents, plural and last vowel: alike for English and Spanish, blunt, and quick."""
    plain = unicodedata.normalize("NFD", word.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if len(plain) <= 4:
        return plain
    if plain.endswith("es") and len(plain) > 5:
        plain = plain[:-2]
    elif plain.endswith("s"):
        plain = plain[:-1]
    return plain[:-1] if plain[-1] in "aoe" and len(plain) > 4 else plain
