"""What of an encounter's notes is read: every line once, up to a limit; offsets lead back into the notes."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

LINE = re.compile(r"[^\n]+")
COPIED = 40  # characters from which an equal line is a copy and not a heading
GAP = "\n"  # between pieces that did not stand together


@dataclass(frozen=True, slots=True)
class Reading:
    """A note as it is read: pieces of its text, where each begins in what is read and in the note."""

    text: str = field(repr=False)
    starts: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the note; a span over a gap is cut at the end of its first piece."""
        if not self.starts:
            return start, end
        place = max(bisect_right(self.starts, start) - 1, 0)
        shift = self.sources[place] - self.starts[place]
        if place + 1 < len(self.starts):
            end = min(end, self.starts[place + 1] - len(GAP))
        return start + shift, max(end, start) + shift


@dataclass(frozen=True, slots=True)
class Read:
    """The notes of one encounter, in their order. `copied`, `cut`: characters left out, and why."""

    notes: tuple[Reading, ...]
    copied: int
    cut: int


def read(texts: Sequence[str], most: int) -> Read:
    """`most`: characters of all notes together. Linear in the length of the texts."""
    seen: set[str] = set()
    kept = [_fresh(text, seen) for text in texts]
    lengths = [sum(end - start for start, end in pieces) for pieces in kept]
    copied = sum(len(text) for text in texts) - sum(lengths)
    budgets = _budgets(lengths, most)
    cut = sum(max(length - budget, 0) for length, budget in zip(lengths, budgets, strict=True))
    fitting = (_fitting(pieces, budget) for pieces, budget in zip(kept, budgets, strict=True))
    return Read(tuple(_joined(text, pieces) for text, pieces in zip(texts, fitting, strict=True)), copied, cut)


def _fresh(text: str, seen: set[str]) -> list[tuple[int, int]]:
    """The text without lines that were read before; lines that follow each other make one piece."""
    pieces, start = [], 0
    for line in LINE.finditer(text):
        if line.end() - line.start() < COPIED:
            continue
        said = " ".join(line.group().split()).casefold()
        if said in seen and len(said) >= COPIED:
            pieces.append((start, line.start()))
            start = line.end()
        seen.add(said)
    return [(begin, end) for begin, end in (*pieces, (start, len(text))) if end > begin]


def _budgets(lengths: Sequence[int], most: int) -> list[int]:
    """Short notes are read whole; what is left is shared evenly among the others."""
    budgets, left, waiting = list(lengths), most, len(lengths)
    for place in sorted(range(len(lengths)), key=lambda k: lengths[k]):
        budgets[place] = min(lengths[place], max(left, 0) // waiting)
        left, waiting = left - budgets[place], waiting - 1
    return budgets


def _fitting(pieces: list[tuple[int, int]], budget: int) -> list[tuple[int, int]]:
    """Two thirds of the budget from the beginning, one third from the end: where diagnoses are summed up."""
    if sum(end - start for start, end in pieces) <= budget:
        return pieces
    tail = budget // 3
    head = _taken(pieces, budget - tail)
    back = _taken([(-end, -start) for start, end in reversed(pieces)], tail)
    return [*head, *((-end, -start) for start, end in reversed(back))]


def _taken(pieces: Sequence[tuple[int, int]], budget: int) -> list[tuple[int, int]]:
    found = []
    for start, end in pieces:
        if budget > 0:
            found.append((start, min(end, start + budget)))
            budget -= end - start
    return found


def _joined(text: str, pieces: list[tuple[int, int]]) -> Reading:
    if pieces == [(0, len(text))]:
        return Reading(text)
    starts, at = [], 0
    for start, end in pieces:
        starts.append(at)
        at += end - start + len(GAP)
    joined = GAP.join(text[start:end] for start, end in pieces)
    return Reading(joined, tuple(starts), tuple(start for start, _ in pieces))
