"""Codes found by what a person types: words in any order, beginnings of words, misspelt words, or the start of a code.

Every title and inclusion term is one line of an inverted index. Words are sorted and their lines lie behind each other,
so the beginning of a word is one slice: a query costs about a millisecond at 120,000 lines.
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
BEHIND = "{"  # sorts behind every letter
OF_THE_QUERY = 0.8  # the rest counts how much of the term was asked for


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


@dataclass(frozen=True, slots=True)
class Meant:
    """Words of the vocabulary from `first` to before `last` that one may stand for. `exact`: the word itself, if known.

    `near`: of a misspelt one instead, words and what each is worth.
    """

    first: int = 0
    last: int = 0
    exact: bool = False
    near: tuple[tuple[int, float], ...] = ()

    def __bool__(self) -> bool:
        return self.last > self.first or bool(self.near)


@dataclass
class Index:
    """`lines`: (code, term), in the order in which equals are answered."""

    lines: Sequence[tuple[str, str]]
    _vocabulary: list[str] = field(init=False, repr=False)
    _held: np.ndarray = field(init=False, repr=False)  # lines of the first word, of the second, ...
    _starts: np.ndarray = field(init=False, repr=False)  # where those of each word begin

    def __post_init__(self) -> None:
        held: dict[str, list[int]] = {}
        for number, (_, term) in enumerate(self.lines):
            for word in set(words(term)):
                held.setdefault(word, []).append(number)
        self._vocabulary = sorted(held)
        counts = np.array([len(held[word]) for word in self._vocabulary], np.int64)
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        self._held = np.fromiter(
            (each for word in self._vocabulary for each in held[word]), np.int32, int(counts.sum())
        )
        total = len(self.lines)
        self._rarity = np.log1p(total / counts).astype(np.float32)
        self._weight = np.zeros(total, np.float32)
        for number in range(len(counts)):
            self._weight[self._lines(number, number + 1)] += self._rarity[number]

    def search(self, text: str, limit: int) -> list[Found]:
        asked = [self._meant(word) for word in dict.fromkeys(words(text))]
        if not any(asked):
            return []
        numbers, scores = self._scores(asked)
        best = _best(scores, limit * 8)
        return self._once(zip(numbers[best].tolist(), scores[best].tolist(), strict=True), limit)

    def _once(self, ranked: Iterable[tuple[int, float]], limit: int) -> list[Found]:
        """Each code by its best line."""
        answered: dict[str, Found] = {}
        for number, score in ranked:
            code, term = self.lines[number]
            if code not in answered:
                answered[code] = Found(code, term, round(score, 4))
                if len(answered) == limit:
                    break
        return list(answered.values())

    def _scores(self, asked: Sequence[Meant]) -> tuple[np.ndarray, np.ndarray]:
        """Lines that have any of it, and the score of each."""
        matched, wanted = np.zeros(len(self.lines), np.float32), 0.0
        for meant in asked:
            rarest = self._rarest(meant)
            wanted += rarest
            if meant:
                matched += self._one(meant, rarest)
        numbers = np.flatnonzero(matched)
        found = matched[numbers]
        whole = found / np.maximum(self._weight[numbers], 1e-6)
        return numbers, np.asarray(found / wanted * (OF_THE_QUERY + (1 - OF_THE_QUERY) * np.minimum(whole, 1)))

    def _rarest(self, meant: Meant) -> float:
        held = self._rarity[meant.first : meant.last]
        if meant.near:
            held = self._rarity[[word for word, _ in meant.near]]
        return float((held if len(held) else self._rarity).max())

    def _one(self, meant: Meant, rarest: float) -> np.ndarray:
        best = np.zeros(len(self.lines), np.float32)
        best[self._lines(meant.first, meant.last)] = BEGUN * rarest
        if meant.exact:
            best[self._lines(meant.first, meant.first + 1)] = rarest
        for word, worth in meant.near:
            lines = self._lines(word, word + 1)
            best[lines] = np.maximum(best[lines], worth * rarest)
        return best

    def _lines(self, first: int, last: int) -> np.ndarray:
        return self._held[self._starts[first] : self._starts[last]]

    def _meant(self, word: str) -> Meant:
        first = bisect_left(self._vocabulary, word)
        last = bisect_left(self._vocabulary, word + BEHIND, first)
        if first == last:
            return Meant(near=self._misspelt(word))
        return Meant(first, last, self._vocabulary[first] == word)

    def _misspelt(self, word: str) -> tuple[tuple[int, float], ...]:
        if len(word) < SHORTEST:
            return ()
        near = process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=NEAREST)
        return tuple((number, MISSPELT * likeness / 100) for _, likeness, number in near)


def _best(scores: np.ndarray, most: int) -> np.ndarray:
    """Places of the highest, highest first; equals in their order."""
    if len(scores) <= most:
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - most)[len(scores) - most]
    held = np.flatnonzero(scores >= least)
    return held[np.argsort(-scores[held], kind="stable")][:most]
