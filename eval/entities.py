"""How well spans were found: strict entity F1, and recall in words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WORD = re.compile(r"\w+")
Entity = tuple[int, int, str]  # start, end (exclusive), label


@dataclass(frozen=True)
class Scores:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def strict(gold: Sequence[Iterable[Entity]], found: Sequence[Iterable[Entity]]) -> Scores:
    """Over all documents together: an entity is right when start, end and label are, as in seqeval."""
    right = wanted = given = 0
    for truth, answer in zip(gold, found, strict=True):
        first, second = set(truth), set(answer)
        right, wanted, given = right + len(first & second), wanted + len(first), given + len(second)
    return Scores(right / given if given else 0.0, right / wanted if wanted else 0.0)


def token_recall(texts: Sequence[str], gold: Sequence[Iterable[Entity]], found: Sequence[Iterable[Entity]]) -> float:
    """Runs of word characters half covered by an entity, of which half is covered by a found one of any label."""
    wanted = removed = 0
    for text, truth, answer in zip(texts, gold, found, strict=True):
        secret, gone = covered(len(text), truth), covered(len(text), answer)
        for match in WORD.finditer(text):
            start, end = match.span()
            if 2 * sum(secret[start:end]) >= end - start:
                wanted += 1
                removed += 2 * sum(gone[start:end]) >= end - start
    return removed / wanted if wanted else 1.0


def covered(length: int, entities: Iterable[Entity]) -> bytearray:
    """1 for each character that an entity covers."""
    marks = bytearray(length)
    for start, end, _ in entities:
        marks[start:end] = b"\x01" * (min(end, length) - min(start, length))
    return marks
