"""What a word of a note may be called in titles: its own root, and what the lists and the learned lexicons say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from nlp.icd.titles.index import Floats, Index, Ints
from nlp.icd.titles.lexicon import Lexicon
from nlp.icd.titles.roots import folded, root
from nlp.icd.titles.unknown import Unknown
from nlp.icd.titles.wordlists import read, stop_words, written
from nlp.icd.titles.words import WORD

UNKNOWN = 3.0  # weight of a word that no title holds, in a phrase
WRITTEN_OUT = 0.9  # share of each word that an abbreviation stands for
LEARNED = 0.95  # share of the surest translation
SURE = 0.3  # probability of a translation from which it is the surest without doubt
LEAST = 0.25  # share below which a meaning is left out
KNOWN = 200_000  # words whose meanings are kept


@dataclass
class Vocabulary:
    index: Index
    lexicons: dict[str, Lexicon]
    spans: dict[str, Lexicon] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, Sequence[tuple[str, float]]]] = field(
        default_factory=dict
    )  # by language, before all

    def __post_init__(self) -> None:
        self._unknown = Unknown(self.index.terms)
        self.forget()

    def forget(self) -> None:
        """After another lexicon has come."""
        self._numbers: dict[str, dict[str, int]] = {}
        self._known = 0
        self._new: list[tuple[list[int], list[float], float]] = []
        self._laid = (np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), np.zeros(0))

    def said(self, texts: list[str], language: str) -> tuple[Ints, Ints, Floats, Floats]:
        """Columns: place of a word in `texts`, a term that it may mean, with what share; and how heavy each word is."""
        if self._known > KNOWN:
            self.forget()
        known = self._numbers.setdefault(language, {})
        for word in set(texts).difference(known):
            self._learn(word, language, known)
        number = np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))
        terms, shares, starts, heavy = self._flat()
        counts = np.diff(starts, append=len(terms))[number]
        cell = np.arange(int(counts.sum())) + np.repeat(starts[number] - (np.cumsum(counts) - counts), counts)
        return np.repeat(np.arange(len(texts)), counts), terms[cell], shares[cell], heavy[number]

    def _flat(self) -> tuple[Ints, Floats, Ints, Floats]:
        """Terms and shares of all words one after another, where each word begins, how heavy it is."""
        if self._new:
            terms, shares, starts, heavy = self._laid
            sizes = np.array([len(one) for one, _, _ in self._new])
            more_terms = np.array([term for one, _, _ in self._new for term in one], np.int64)
            more_shares = np.array([share for _, one, _ in self._new for share in one], np.float64)
            more_heavy = np.array([one for _, _, one in self._new])
            begins = len(terms) + np.cumsum(sizes) - sizes
            columns = ((terms, more_terms), (shares, more_shares), (starts, begins), (heavy, more_heavy))
            self._laid = tuple(np.concatenate(pair) for pair in columns)  # type: ignore[assignment]
            self._new = []
        return self._laid

    def _learn(self, word: str, language: str, known: dict[str, int]) -> None:
        said = self._means(word, language)
        heavy = max((float(self.index.weights[term]) * share for term, share in said.items()), default=UNKNOWN)
        known[word] = self._known
        self._known += 1
        stop = folded(word) in stop_words(language)
        self._new.append((list(said), list(said.values()), 0.0 if stop else heavy))

    def _means(self, word: str, language: str) -> dict[int, float]:
        terms = self.index.terms
        if folded(word) in stop_words(language):
            return {}
        if short := _abbreviations(language).get(word):
            return {terms[one]: WRITTEN_OUT for one in short if one in terms}
        said = self._translated(root(word, language), language)
        for other, share in list(said.items()):
            for further, so in written("english.yaml", "en").get(other, ()) if share > SURE else ():
                said[further] = max(said.get(further, 0.0), share * so)
        return {terms[one]: share for one, share in said.items() if share >= LEAST and one in terms}

    def _translated(self, own: str, language: str) -> dict[str, float]:
        said = {own: 1.0}
        if first := self.own.get(language, {}).get(own):
            return dict(first)
        listed = written("spanish.yaml", "es").get(own, ()) if language == "es" else ()
        for other, share in listed:
            said[other] = max(said.get(other, 0.0), share)
        for lexicons in (self.spans, self.lexicons):
            held = lexicons[language].meanings.get(own, ()) if language in lexicons else ()
            top = max((share for _, share in held), default=1.0)
            for other, share in held:
                said[other] = max(said.get(other, 0.0), LEARNED * share / max(top, SURE))
        if not any(one in self.index.terms for one in said):
            said.update(self._unknown.near(own))
        return said


@cache
def _abbreviations(language: str) -> dict[str, tuple[str, ...]]:
    held = read("abbreviations.yaml").get(language, {})
    return {short: tuple(root(word) for word in WORD.findall(long)) for short, long in held.items()}
