"""Phrases of which a sentence has most words, in any order and with others between: weighed by how rare each is."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from nlp.icd.coder.columns import Floats, Ints, spread
from nlp.icd.coder.content import SHORT, Content
from nlp.icd.coder.phrases import SCATTERED, Phrase

ENOUGH = 0.6  # share of a phrase's weight that a sentence must have
ALONE = 0.75  # ... where it has but one word of it
NOWHERE = 1 << 40


class Covers(NamedTuple):
    """`share` of the weight of the phrase `head`; `words` of it are there, between the stems first and end - 1."""

    head: Ints
    share: Floats
    first: Ints
    end: Ints
    words: Ints


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
    """`heads`: the phrases with their words cut short, each once; numbers of Covers point into it."""

    def __init__(self, phrases: Iterable[Phrase], rarity: Rarity) -> None:
        self.members: dict[Phrase, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            self.members[tuple(word[:SHORT] for word in phrase if word != SCATTERED)].append(phrase)
        self.heads = list(self.members)
        self.head_of = {phrase: at for at, head in enumerate(self.heads) for phrase in self.members[head]}
        sets = [tuple(dict.fromkeys(head)) for head in self.heads]
        words = dict.fromkeys(word for head in sets for word in head)
        self._words = {word: at for at, word in enumerate(words)}
        self.totals = np.array([max(rarity.total(head), 1e-6) for head in sets], np.float64)
        self._starts = np.cumsum([0, *map(len, sets)]).astype(np.int64)  # of a head's words
        self._of_head = np.array([self._words[word] for head in sets for word in head], np.int64)
        self._weights = self._matrix(rarity)

    def _matrix(self, rarity: Rarity) -> sparse.csr_matrix:
        weights = np.array([rarity.weight(word) for word in self._words], np.float64)
        columns = np.repeat(np.arange(len(self.heads)), np.diff(self._starts))
        values = weights[self._of_head] / self.totals[columns]
        shape = (len(self._words), len(self.heads))
        return sparse.csr_matrix((values, (self._of_head, columns)), shape=shape, dtype=np.float32)

    def find(self, content: Content) -> Covers:
        """In every sentence, all phrases that are covered enough."""
        known = self._words
        word = np.array([known.get(short, -1) for short in content.shorts], np.int64)
        at = np.flatnonzero(word >= 0)
        sentence = np.array(content.sentences, np.int64)[at]
        keys, firsts = np.unique(sentence * max(len(known), 1) + word[at], return_index=True)  # the first place of each
        asked = np.sort(firsts)  # a sentence's words as they stand
        rows, ends = np.unique(sentence[asked], return_index=True)
        matrix = sparse.csr_matrix(
            (np.ones(len(asked), np.float32), word[at][asked], np.append(ends, len(asked))),
            shape=(len(rows), len(known)),
        )
        return self._covers(matrix @ self._weights, keys, at[firsts], rows)

    def _covers(self, shares: sparse.csr_matrix, keys: Ints, places: Ints, rows: Ints) -> Covers:
        """`keys`: sentence and word, in order, with their `places`; `rows`: the sentence of each row."""
        enough = np.flatnonzero(shares.data >= ENOUGH)
        row = np.searchsorted(shares.indptr, enough, side="right") - 1
        head, share = shares.indices[enough].astype(np.int64), shares.data[enough].astype(np.float64)
        if not len(head):
            return Covers(head, share, head, head, head)
        cover, cell = spread(self._starts, head)
        wanted = rows[row][cover] * len(self._words) + self._of_head[cell]
        near = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        there = keys[near] == wanted
        begin = np.flatnonzero(np.diff(cover, prepend=-1))
        words = np.add.reduceat(there.astype(np.int64), begin)
        first = np.minimum.reduceat(np.where(there, places[near], NOWHERE), begin)
        last = np.maximum.reduceat(np.where(there, places[near], -1), begin)
        good = (words > 1) | (share >= ALONE) | (np.diff(self._starts)[head] == 1)
        return Covers(head[good], share[good], first[good], last[good] + 1, words[good])
