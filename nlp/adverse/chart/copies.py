"""Sentences that a note took over from an earlier note of the same person: they tell nothing new."""

from collections.abc import Sequence
from hashlib import blake2b

from nlp.text.sentences import sentences

Span = tuple[int, int]
LONG = 20  # words of a sentence that nobody writes twice
SHORT = 3  # words of a sentence that anybody writes twice: it proves nothing of its neighbour


class Copies:
    """Shown the notes of one person in the order of time."""

    def __init__(self) -> None:
        self._seen: dict[bytes, set[str]] = {}  # digest of a sentence -> notes that have it

    def of(self, note_id: str, text: str, language: str) -> list[Span]:
        """Where the note repeats an earlier one: long sentences, and others together with a neighbour in that note."""
        spans = sentences(text, language)
        words = [text[start:end].lower().split() for start, end in spans]
        marks = [blake2b(" ".join(each).encode(), digest_size=8).digest() for each in words]
        before = [self._seen.get(mark, set()) for mark in marks]
        copied = [spans[at] for at in range(len(spans)) if before[at] and _copied(at, before, words)]
        for mark in marks:
            self._seen.setdefault(mark, set()).add(note_id)
        return copied


def _copied(at: int, before: Sequence[set[str]], words: Sequence[Sequence[str]]) -> bool:
    if len(words[at]) >= LONG:
        return True
    beside = [place for place in (at - 1, at + 1) if 0 <= place < len(words) and len(words[place]) > SHORT]
    if not beside:
        return len(words) == 1 or all(before)  # a note that is nothing else
    return any(before[at] & before[place] for place in beside)
