"""What de-identification removed and what it left: words, spans, notes, and what it should not have touched."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from eval.entities import Entity, covered

WORD = re.compile(r"\w+")


@dataclass
class Share:
    part: int = 0
    whole: int = 0

    def add(self, hit: bool) -> None:
        self.part, self.whole = self.part + hit, self.whole + 1

    def of(self, empty: float) -> float:
        return self.part / self.whole if self.whole else empty


@dataclass(frozen=True)
class Judged:
    """One note: gold spans and decoys, and what was found in it (labels do not matter)."""

    text: str
    gold: Sequence[Entity]
    decoys: Sequence[tuple[int, int]]
    found: Sequence[Entity]


@dataclass
class Removal:
    """`counted`: labels whose recall counts; the others are reported label by label only.

    A word is removed when half of it is covered; a span is covered when all its word characters are; a note leaks
    when one counted span is not covered; a decoy is damaged when one of its words is removed.
    """

    counted: Collection[str]
    tokens: Share = field(default_factory=Share)
    spans: Share = field(default_factory=Share)
    notes: Share = field(default_factory=Share)
    other: Share = field(default_factory=Share)
    decoys: Share = field(default_factory=Share)
    by_label: dict[str, tuple[Share, Share]] = field(default_factory=dict)

    def add(self, note: Judged) -> None:
        gone = covered(len(note.text), note.found)
        clean = True
        for start, end, label in note.gold:
            counts = label in self.counted
            whole = self._span(note.text, (start, end, label), gone, counts)
            clean = clean and (whole or not counts)
        self.notes.add(clean)
        named = covered(len(note.text), note.gold)
        for start, end in _words(note.text):
            if not any(named[start:end]):
                self.other.add(_removed(gone, start, end))
        for start, end in note.decoys:
            self.decoys.add(any(_removed(gone, *word) for word in _meeting(note.text, start, end)))

    def _span(self, text: str, span: Entity, gone: bytearray, counts: bool) -> bool:
        start, end, label = span
        tokens, spans = self.by_label.setdefault(label, (Share(), Share()))
        for first, last in _meeting(text, start, end):
            if 2 * (min(last, end) - max(first, start)) < last - first:
                continue  # the word is more another's
            removed = _removed(gone, first, last)
            tokens.add(removed)
            if counts:
                self.tokens.add(removed)
        whole = all(gone[at] for found in WORD.finditer(text, start, end) for at in range(*found.span()))
        spans.add(whole)
        if counts:
            self.spans.add(whole)
        return whole

    def figures(self) -> dict[str, float]:
        return {
            "token_recall": round(self.tokens.of(1.0), 5), "span_recall": round(self.spans.of(1.0), 5),
            "leak_free": round(self.notes.of(1.0), 5), "non_phi_removed": round(self.other.of(0.0), 5),
            "decoys_damaged": round(self.decoys.of(0.0), 5),
        }  # fmt: skip

    def labels(self) -> dict[str, dict[str, float]]:
        return {
            label: {
                "spans": spans.whole,
                "token_recall": round(tokens.of(1.0), 4),
                "span_recall": round(spans.of(1.0), 4),
            }
            for label, (tokens, spans) in sorted(self.by_label.items())
        }


def judge(notes: Iterable[Judged], counted: Collection[str]) -> Removal:
    removal = Removal(counted)
    for note in notes:
        removal.add(note)
    return removal


def _words(text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in WORD.finditer(text))


def _meeting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Words that share a character with a stretch, as they stand in the whole text."""
    while start > 0 and _is_word(text[start - 1]) and _is_word(text[start]):
        start -= 1
    for found in WORD.finditer(text, start):
        if found.start() >= end:
            return
        yield found.span()


def _is_word(letter: str) -> bool:
    return letter == "_" or letter.isalnum()


def _removed(gone: bytearray, start: int, end: int) -> bool:
    return 2 * sum(gone[start:end]) >= end - start
