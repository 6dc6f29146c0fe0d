"""Codes found by what a person types: words in any order, beginnings of words, misspelt words, or the start of a code.

Every title and inclusion term is one line of an inverted index; a query costs a few milliseconds at 120,000 lines.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz, process

WORD = re.compile(r"[a-z0-9]+")
BEGUN = 0.9  # what a word's beginning is worth beside the word
MISSPELT = 0.8  # times the likeness of the two words
ALIKE = 75.0  # rapidfuzz ratio that a misspelt word must reach
SHORTEST = 4  # letters of a word that may be misspelt
NEAREST = 8  # words that a misspelt one may stand for
OF_THE_QUERY = 0.8  # the rest counts how much of the term was asked for
Words = dict[int, float]


@dataclass(frozen=True, slots=True)
class Found:
    """`term`: the title or inclusion term that answered. `score`: 1 where all of the query is all of the term."""

    code: str
    term: str
    score: float


def words(text: str) -> list[str]:
    """In lower case, without accents and without the s of the plural."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'s", "")
    return [_singular(word) for word in WORD.findall(plain)]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "siu" else word


@dataclass
class Index:
    """`lines`: (code, term), in the order in which equals are answered."""

    lines: Sequence[tuple[str, str]]
    _vocabulary: list[str] = field(init=False, repr=False)
    _postings: list[np.ndarray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        held: dict[str, list[int]] = {}
        for number, (_, term) in enumerate(self.lines):
            for word in set(words(term)):
                held.setdefault(word, []).append(number)
        self._vocabulary = sorted(held)
        self._postings = [np.array(held[word], np.int32) for word in self._vocabulary]
        total = len(self.lines)
        self._rarity = np.array([np.log1p(total / len(found)) for found in self._postings], np.float32)
        self._weight = np.zeros(total, np.float32)
        for number, found in enumerate(self._postings):
            self._weight[found] += self._rarity[number]

    def search(self, text: str, limit: int) -> list[Found]:
        asked = [self._meant(word) for word in dict.fromkeys(words(text))]
        if not any(asked):
            return []
        scores = self._scores(asked)
        best = np.argsort(-scores, kind="stable")[: limit * 8].tolist()
        return self._once([(number, float(scores[number])) for number in best if scores[number] > 0], limit)

    def _once(self, ranked: Iterable[tuple[int, float]], limit: int) -> list[Found]:
        """Each code by its best line."""
        answered: dict[str, Found] = {}
        for number, score in ranked:
            code, term = self.lines[number]
            answered.setdefault(code, Found(code, term, round(score, 4)))
        return list(answered.values())[:limit]

    def _scores(self, asked: Sequence[Words]) -> np.ndarray:
        matched, wanted = np.zeros(len(self.lines), np.float32), 0.0
        for meant in asked:
            rarest = max((float(self._rarity[word]) for word in meant), default=float(self._rarity.max()))
            wanted += rarest
            if meant:
                matched += self._one(meant, rarest)
        whole = matched / np.maximum(self._weight, 1e-6)
        return np.asarray(matched / wanted * (OF_THE_QUERY + (1 - OF_THE_QUERY) * np.minimum(whole, 1)))

    def _one(self, meant: Words, rarest: float) -> np.ndarray:
        best = np.zeros(len(self.lines), np.float32)
        for word, worth in meant.items():
            lines = self._postings[word]
            best[lines] = np.maximum(best[lines], worth * rarest)
        return best

    def _meant(self, word: str) -> Words:
        """Words of the vocabulary that it may stand for, and what each is worth."""
        first = bisect_left(self._vocabulary, word)
        found: Words = {}
        for number in range(first, len(self._vocabulary)):
            known = self._vocabulary[number]
            if not known.startswith(word):
                break
            found[number] = 1.0 if known == word else BEGUN
        return found or self._misspelt(word)

    def _misspelt(self, word: str) -> Words:
        if len(word) < SHORTEST:
            return {}
        near = process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=NEAREST)
        return {number: MISSPELT * likeness / 100 for _, likeness, number in near}
