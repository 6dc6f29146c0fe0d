"""Phrases of which a sentence has most words, in any order and with others between: weighed by how rare each is."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nlp.icd.coder.content import SHORT, Content
from nlp.icd.coder.phrases import SCATTERED, Phrase

ENOUGH = 0.6  # share of a phrase's weight that a sentence must have
ALONE = 0.75  # ... where it has but one word of it


@dataclass(frozen=True, slots=True)
class Cover:
    """`share` of the phrase's weight; `words` of it are there, between the stems first and end - 1."""

    phrase: int
    share: float
    first: int
    end: int
    words: int


class Rarity:
    """Inverse document frequency of words cut to SHORT letters."""

    def __init__(self, counts: Mapping[str, int], charts: int) -> None:
        self.counts, self.charts = counts, charts

    @staticmethod
    def of(contents: Sequence[Content]) -> "Rarity":
        counts: Counter[str] = Counter()
        for each in contents:
            counts.update(dict.fromkeys(word[:SHORT] for word in each.stems).keys())
        return Rarity(dict(counts), len(contents))

    def weight(self, word: str) -> float:
        return math.log((self.charts + 1) / (self.counts.get(word[:SHORT], 0) + 0.5))

    def total(self, phrase: Iterable[str]) -> float:
        return sum(self.weight(word) for word in phrase)


class Partial:
    """`heads`: the phrases with their words cut short, each once; numbers of Cover point into it."""

    def __init__(self, phrases: Iterable[Phrase], rarity: Rarity) -> None:
        self.members: dict[Phrase, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            self.members[tuple(word[:SHORT] for word in phrase if word != SCATTERED)].append(phrase)
        self.heads = list(self.members)
        self._sets = [tuple(dict.fromkeys(head)) for head in self.heads]
        self._words: dict[str, int] = {}
        for head in self._sets:
            for word in head:
                self._words.setdefault(word, len(self._words))
        self.totals = [max(rarity.total(head), 1e-6) for head in self._sets]
        self._weights = self._matrix(rarity)

    def _matrix(self, rarity: Rarity) -> sparse.csr_matrix:
        rows = [self._words[word] for head in self._sets for word in head]
        columns = [at for at, head in enumerate(self._sets) for _ in head]
        values = [rarity.weight(word) / self.totals[at] for at, head in enumerate(self._sets) for word in head]
        return sparse.csr_matrix((values, (rows, columns)), shape=(len(self._words), len(self.heads)), dtype=np.float32)

    def find(self, content: Content) -> list[Cover]:
        """In every sentence, all phrases that are covered enough."""
        places: dict[int, dict[str, int]] = {}  # sentence -> word -> its first place
        for at, word in enumerate(content.stems):
            short = word[:SHORT]
            if short in self._words:
                places.setdefault(content.sentences[at], {}).setdefault(short, at)
        if not places:
            return []
        held = list(places.values())
        indices = [self._words[word] for words in held for word in words]
        ends = np.cumsum([0, *map(len, held)])
        sentences = sparse.csr_matrix(
            (np.ones(len(indices), np.float32), indices, ends), shape=(len(held), len(self._words))
        )
        return self._covers(sentences @ self._weights, held)

    def _covers(self, shares: sparse.csr_matrix, held: list[dict[str, int]]) -> list[Cover]:
        enough = np.flatnonzero(shares.data >= ENOUGH)
        rows = np.searchsorted(shares.indptr, enough, side="right") - 1
        found = []
        for row, at in zip(rows.tolist(), enough.tolist(), strict=True):
            number, share, words = int(shares.indices[at]), float(shares.data[at]), held[row]
            stands = [words[word] for word in self._sets[number] if word in words]
            if len(stands) > 1 or share >= ALONE or len(self._sets[number]) == 1:
                found.append(Cover(number, share, min(stands), max(stands) + 1, len(stands)))
        return found
