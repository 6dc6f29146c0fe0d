"""The dictionary of the literature: words marked as drugs and effects in training, the longest match wins.

As the baseline of Gurulingappa et al. 2012, but with no list beside what was seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.adverse.mining.page import LABELS, Line
from nlp.text.tokens import tokenize

Words = tuple[str, ...]
Found = tuple[int, int, str]


@dataclass(frozen=True)
class Dictionary:
    """`known`: words in small letters and their label; `longest` in words."""

    known: dict[Words, str]
    longest: int

    @staticmethod
    def of(lines: Iterable[Line]) -> "Dictionary":
        """A phrase seen with both labels has the commoner one."""
        seen: dict[Words, dict[str, int]] = {}
        for line in lines:
            for start, end, label in line.spans:
                words = _words(line.text[start:end])
                counts = seen.setdefault(words, {})
                counts[label] = counts.get(label, 0) + 1
        known = {words: max(counts, key=lambda label: counts[label]) for words, counts in seen.items() if words}
        return Dictionary(known, max(map(len, known), default=0))

    def spans(self, line: Line) -> list[Found]:
        tokens = line.tokens
        low = [word.lower() for word in tokens.words]
        found, at = [], 0
        while at < len(low):
            sizes = range(min(self.longest, len(low) - at), 0, -1)
            size = next((size for size in sizes if tuple(low[at : at + size]) in self.known), 0)
            if size:
                label = self.known[tuple(low[at : at + size])]
                found.append((tokens.starts[at], tokens.ends[at + size - 1], label))
            at += size or 1
        return found


def all_pairs(spans: Sequence[Found]) -> list[tuple[int, int, int, int]]:
    """Every drug beside every effect of a sentence."""
    drugs = [span[:2] for span in spans if span[2] == LABELS[0]]
    effects = [span[:2] for span in spans if span[2] == LABELS[1]]
    return [(*drug, *effect) for drug in drugs for effect in effects]


def _words(text: str) -> Words:
    return tuple(word.lower() for word in tokenize(text).words)
