"""Codes by what the tabular list calls them, said in a note in English or Spanish: also codes that nobody ever used."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlp.icd.chart import DIAGNOSES
from nlp.icd.knowledge.terms import terms
from nlp.icd.titles.entries import Entry, tabular
from nlp.icd.titles.index import Floats, Found, Index, Ints, Said, indexed
from nlp.icd.titles.kept import kept
from nlp.icd.titles.lexicon import Lexicon, of_spans
from nlp.icd.titles.relatives import Relatives
from nlp.icd.titles.roots import folded, root
from nlp.icd.titles.unknown import Unknown
from nlp.icd.titles.wordlists import LANGUAGES, read, stop_words, written
from nlp.icd.titles.words import WORD, Word, passages, words

SHIPPED = Path(__file__).parent / "data" / "spanish.json.gz"
UNKNOWN = 3.0  # weight of a word that no title holds, in a phrase
NO_TERMS, NO_SHARES = np.zeros(0, dtype=np.int64), np.zeros(0)


class Meaning(NamedTuple):
    """Terms of titles that a word may mean, each with its share of 1; how much the word weighs in a phrase."""

    terms: Ints
    shares: Floats
    heavy: float


class Hit(NamedTuple):
    """Characters of a note that may mean a code."""

    code: str
    start: int
    end: int
    score: float
    source: str


@dataclass
class Titles:
    index: Index
    lexicons: dict[str, Lexicon]
    languages: tuple[str, ...]
    least: float = 0.4  # score from which a mention is said
    codes_a_mention: int = 5
    spans: dict[str, Lexicon] = field(default_factory=dict)
    _meanings: dict[tuple[str, str], Meaning] = field(default_factory=dict, repr=False)
    _relatives: Relatives | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        system: str = DIAGNOSES,
        languages: Sequence[str] = LANGUAGES,
        lexicon: Lexicon | Path | None = None,
        table: Iterable[tuple[str, str]] | None = None,
    ) -> "Titles":
        """`lexicon`: of Spanish, learned; the shipped one where none is given. `table`: (code, title) of a site."""
        if not isinstance(lexicon, Lexicon):
            path = lexicon or SHIPPED
            lexicon = Lexicon.load(path) if path.exists() else Lexicon()
        if table is not None:
            index = indexed([(Entry(code, title, "title"), "en") for code, title in table])
        else:
            index = kept(system, languages, lambda: indexed(list(_entries(system, languages))))
        return cls(index, {"es": lexicon}, tuple(languages))

    def save(self, folder: Path) -> None:
        """What was learned; the titles themselves are made of what is installed."""
        folder.mkdir(parents=True, exist_ok=True)
        for kind, lexicons in (("words", self.lexicons), ("spans", self.spans)):
            for language, lexicon in lexicons.items():
                lexicon.save(folder / f"{kind}-{language}.json.gz")

    @classmethod
    def load(cls, folder: Path, system: str = DIAGNOSES, languages: Sequence[str] = LANGUAGES) -> "Titles":
        titles = cls.of(system, languages)
        for path in sorted(folder.glob("*-*.json.gz")):
            kind, language = path.name.removesuffix(".json.gz").split("-", 1)
            (titles.lexicons if kind == "words" else titles.spans)[language] = Lexicon.load(path)
        return titles

    def __post_init__(self) -> None:
        self._unknown = Unknown(self.index.terms)

    def fit_spans(self, pairs: Iterable[tuple[str, str]], language: str = "es") -> None:
        """(phrase, code) as coders marked them: what phrases' words are called in titles. Fits anew each time."""
        self.spans[language] = of_spans(pairs, self._called(), language)
        self._meanings.clear()

    def find(self, text: str, language: str, spans: Sequence[tuple[int, int]] | None = None) -> list[Hit]:
        """Mentions with their best codes, in order of the text. `spans`: only words within these characters."""
        parts = passages(text)
        if spans is not None:
            parts = [[w for p in parts for w in p if start <= w.start and w.end <= end] for start, end in spans]
        parts = [part for part in parts if part]
        found, score = self._scored(parts, language, whole=spans is not None)
        return self._hits(found, score, parts)

    def near(self, phrase: str, language: str, limit: int = 20) -> list[tuple[str, float]]:
        """The codes that a phrase may mean, best first."""
        found, score = self._scored([words(phrase)], language, whole=True, least=0.15)
        best: dict[str, float] = {}
        for at in np.argsort(-score, kind="stable"):
            best.setdefault(self.index.codes[self.index.code[found.entry[at]]], float(score[at]))
            if len(best) >= limit:
                break
        return list(best.items())

    def relatives(self, code: str, limit: int = 20) -> list[tuple[str, float]]:
        """Codes of the same category with the likeness of their titles, most alike first."""
        if self._relatives is None:
            self._relatives = Relatives(self.index)
        return self._relatives.of(code, limit)

    def _called(self) -> dict[str, list[str]]:
        names = list(self.index.terms)
        called: dict[str, dict[str, None]] = {}
        for at, code in enumerate(self.index.code):
            row = slice(self.index.entries.indptr[at], self.index.entries.indptr[at + 1])
            called.setdefault(self.index.codes[code], {}).update(
                (names[term], None) for term in self.index.entries.indices[row]
            )
        return {code: list(words) for code, words in called.items()}

    def _scored(
        self, parts: Sequence[Sequence[Word]], language: str, *, whole: bool, least: float = 0.0
    ) -> tuple[Found, Floats]:
        """Cover of the title times cover of what was said, from the first matched word to the last (or of all)."""
        meanings = [self.meaning(word.text, language) for part in parts for word in part]
        sizes = np.array([len(part) for part in parts], dtype=np.int64)
        start = np.cumsum(sizes) - sizes
        total = np.cumsum([0.0, *(meaning.heavy for meaning in meanings)])
        counts = np.array([len(meaning.terms) for meaning in meanings], dtype=np.int64)
        passage = np.repeat(np.repeat(np.arange(len(parts)), sizes), counts)
        place = np.repeat(np.arange(len(meanings)) - np.repeat(start, sizes), counts)
        said = Said(
            passage,
            place,
            np.concatenate([NO_TERMS, *(meaning.terms for meaning in meanings)]),
            np.concatenate([NO_SHARES, *(meaning.shares for meaning in meanings)]),
        )
        found = self.index.find(said, len(parts), least or self.least)
        if whole:
            length = (total[start + sizes] - total[start])[found.passage]
        else:
            length = total[start[found.passage] + found.last + 1] - total[start[found.passage] + found.first]
        dense = np.minimum(1.0, found.said / np.maximum(length, 1e-9))
        return found, found.cover * np.sqrt(dense) * self.index.plain[found.entry]

    def _hits(self, found: Found, score: Floats, parts: Sequence[Sequence[Word]]) -> list[Hit]:
        """The best codes of each mention, the best entry of each code."""
        code = self.index.code[found.entry]
        good = np.flatnonzero(score >= self.least)
        mention = (found.passage << 40) + (found.first << 20) + found.last
        good = good[np.lexsort((-score[good], code[good], mention[good]))]
        again = (np.diff(mention[good], prepend=-1) == 0) & (np.diff(code[good], prepend=-1) == 0)
        good = good[~again]
        good = good[np.lexsort((-score[good], mention[good]))]
        begins = np.flatnonzero(np.diff(mention[good], prepend=-1))
        rank = np.arange(len(good)) - np.repeat(begins, np.diff(begins, append=len(good)))
        return [self._hit(found, float(score[at]), parts, int(at)) for at in good[rank < self.codes_a_mention]]

    def _hit(self, found: Found, score: float, parts: Sequence[Sequence[Word]], at: int) -> Hit:
        part, entry = parts[found.passage[at]], found.entry[at]
        start, end = part[found.first[at]].start, part[found.last[at]].end
        return Hit(self.index.codes[self.index.code[entry]], start, end, score, self.index.sources[entry])

    def meaning(self, word: str, language: str) -> Meaning:
        key = (word, language)
        if key not in self._meanings:
            self._meanings[key] = self._weighed(self._means(word, language), folded(word) in stop_words(language))
        return self._meanings[key]

    def _weighed(self, said: dict[int, float], stop: bool) -> Meaning:
        terms = np.fromiter(said.keys(), np.int64, len(said))
        shares = np.fromiter(said.values(), np.float64, len(said))
        heavy = float((self.index.weights[terms] * shares).max(initial=0.0)) if len(said) else UNKNOWN
        return Meaning(terms, shares, 0.0 if stop else heavy)

    def _means(self, word: str, language: str) -> dict[int, float]:
        if folded(word) in stop_words(language):
            return {}
        said: dict[str, float] = {}
        short = _abbreviations(language).get(word)
        if short:
            return {self.index.terms[one]: 0.9 for one in short if one in self.index.terms}
        own = root(word, language)
        said[own] = 1.0
        for other, share in written("spanish.yaml", "es").get(own, ()) if language == "es" else ():
            said[other] = max(said.get(other, 0.0), share)
        for lexicons in (self.spans, self.lexicons):
            held = lexicons[language].meanings.get(own, ()) if language in lexicons else ()
            top = max((share for _, share in held), default=1.0)
            for other, share in held:
                said[other] = max(said.get(other, 0.0), 0.95 * share / max(top, 0.3))
        if not any(one in self.index.terms for one in said):
            said.update(self._unknown.near(own))
        for other, share in list(said.items()):
            for further, so in written("english.yaml", "en").get(other, ()) if share > 0.3 else ():
                said[further] = max(said.get(further, 0.0), share * so)
        return {self.index.terms[one]: share for one, share in said.items() if one in self.index.terms}


@lru_cache
def _abbreviations(language: str) -> dict[str, tuple[str, ...]]:
    held = read("abbreviations.yaml").get(language, {})
    return {short: tuple(root(word) for word in WORD.findall(long)) for short, long in held.items()}


def _entries(system: str, languages: Sequence[str]) -> Iterator[tuple[Entry, str]]:
    if system == DIAGNOSES:
        yield from ((entry, "en") for entry in tabular())
    for language in languages:
        yield from ((Entry(code, phrase, "index"), language) for phrase, code in terms(language, system))
