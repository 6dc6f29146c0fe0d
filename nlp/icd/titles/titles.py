"""Codes by what the tabular list calls them, said in a note in English or Spanish: also codes that nobody ever used."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlp.icd.chart import DIAGNOSES
from nlp.icd.knowledge.terms import terms
from nlp.icd.titles.entries import Entry, tabular
from nlp.icd.titles.index import ENOUGH, Floats, Found, Index, Ints, Said, indexed
from nlp.icd.titles.kept import kept
from nlp.icd.titles.lexicon import Lexicon, of_spans
from nlp.icd.titles.procedures import called, procedures
from nlp.icd.titles.relatives import Relatives
from nlp.icd.titles.vocabulary import Vocabulary
from nlp.icd.titles.wordlists import LANGUAGES
from nlp.icd.titles.words import Words, beside, within, words

ELSEWHERE = 0.4  # what a word of the title that stands elsewhere in the note adds, in shares of the score
MISSING = 0.1  # what a title loses of which nothing is said anywhere
EVERY = 1 << 40  # titles: a phrase is near any number
NEAR = 0.15  # share of a title from which a phrase is near it
SHIPPED = Path(__file__).parent / "data" / "spanish.json.gz"


class Hit(NamedTuple):
    """Characters of a note that may mean a code."""

    code: str
    start: int
    end: int
    score: float
    source: str
    anywhere: float = 0.0  # how much of the title is said in the whole note


class Hits(NamedTuple):
    """Columns: what a Hit says, with numbers of codes and entries of the index."""

    code: Ints
    start: Ints
    end: Ints
    score: Floats
    entry: Ints
    anywhere: Floats


@dataclass
class Titles:
    index: Index
    lexicons: dict[str, Lexicon]
    languages: tuple[str, ...]
    least: float = 0.4  # score from which a mention is said
    codes_a_mention: int = 5
    beside_best: float = 0.6  # share of a mention's best score that its other codes must have
    spans: dict[str, Lexicon] = field(default_factory=dict)
    system: str = DIAGNOSES
    _relatives: Relatives | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        own = {} if self.system == DIAGNOSES else {language: called(language) for language in self.languages}
        self._vocabulary = Vocabulary(self.index, self.lexicons, self.spans, own)

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
        return cls(index, {"es": lexicon}, tuple(languages), system=system)

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

    def fit_spans(self, pairs: Iterable[tuple[str, str]], language: str = "es") -> None:
        """(phrase, code) as coders marked them: what phrases' words are called in titles. Fits anew each time."""
        self.spans[language] = of_spans(pairs, self._called(), language)
        self._vocabulary.forget()

    def taught(self, pairs: Iterable[tuple[str, str]], language: str = "es") -> "Titles":
        """Another with the same titles that has learned from the pairs; this one stays as it is."""
        other = replace(self, spans=dict(self.spans))
        other.fit_spans(pairs, language)
        return other

    def find(self, text: str, language: str, spans: Sequence[tuple[int, int]] | None = None) -> list[Hit]:
        """Mentions with their best codes, in order of the text. `spans`: only words within these characters."""
        return self._named(self.hits(text, language, spans))

    def hits(self, text: str, language: str, spans: Sequence[tuple[int, int]] | None = None) -> Hits:
        """`find` in columns."""
        said = words(text) if spans is None else within(words(text), spans)
        found, score = self._scored(said, language, self.least, whole=spans is not None)
        further = found.anywhere - found.cover
        score = np.minimum(score * (1 + ELSEWHERE * further) - MISSING * (1 - found.anywhere), 1.0)
        return self._hits(found, score, said)

    def near(self, phrase: str, language: str, limit: int = 20) -> list[tuple[str, float]]:
        """The codes that a phrase may mean, best first."""
        return self.near_each([phrase], language, limit)[0]

    def near_each(self, phrases: Sequence[str], language: str, limit: int = 20) -> list[list[tuple[str, float]]]:
        """`near` of many phrases, quicker than one by one."""
        found, score = self._scored(beside(phrases), language, NEAR, whole=True)
        best: list[dict[str, float]] = [{} for _ in phrases]
        passage, code = found.passage.tolist(), self.index.code[found.entry].tolist()
        for at in np.argsort(-score, kind="stable").tolist():
            held = best[passage[at]]
            if len(held) < limit:
                held.setdefault(self.index.codes[code[at]], float(score[at]))
        return [list(held.items()) for held in best]

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

    def _scored(self, said: Words, language: str, least: float, *, whole: bool) -> tuple[Found, Floats]:
        """Cover of the title times cover of what was said, from the first matched word to the last (or of all).

        Places count the words of the whole text."""
        place, term, share, heavy = self._vocabulary.said(said.texts, language)
        found = self.index.find(
            Said(said.passage[place], place, term, share), said.passages, least, EVERY if whole else ENOUGH
        )
        total = np.concatenate([[0.0], np.cumsum(heavy)])
        first, last = found.first, found.last
        if whole:
            first = np.searchsorted(said.passage, found.passage)
            last = np.searchsorted(said.passage, found.passage, side="right") - 1
        dense = np.minimum(1.0, found.said / np.maximum(total[last + 1] - total[first], 1e-9))
        return found, found.cover * np.sqrt(dense) * self.index.plain[found.entry]

    def _hits(self, found: Found, score: Floats, said: Words) -> Hits:
        """The best codes of each mention, the best entry of each code."""
        code = self.index.code[found.entry]
        mention = (found.first << 32) + found.last
        good = np.flatnonzero(score >= self.least)
        good = good[np.lexsort((-score[good], code[good], mention[good]))]
        good = good[(np.diff(mention[good], prepend=-1) != 0) | (np.diff(code[good], prepend=-1) != 0)]
        good = good[np.lexsort((-score[good], mention[good]))]
        begins = np.flatnonzero(np.diff(mention[good], prepend=-1))
        sizes = np.diff(begins, append=len(good))
        rank = np.arange(len(good)) - np.repeat(begins, sizes)
        best = np.repeat(score[good][begins], sizes)
        good = good[(rank < self.codes_a_mention) & (score[good] >= self.beside_best * best)]
        start, end = said.start[found.first[good]], said.end[found.last[good]]
        return Hits(code[good], start, end, score[good], found.entry[good], found.anywhere[good])

    def _named(self, hits: Hits) -> list[Hit]:
        codes, sources = self.index.codes, self.index.sources
        return [
            Hit(codes[code], start, end, score, sources[entry], anywhere)
            for code, start, end, score, entry, anywhere in zip(*(column.tolist() for column in hits), strict=True)
        ]


def _entries(system: str, languages: Sequence[str]) -> Iterator[tuple[Entry, str]]:
    yield from ((entry, "en") for entry in (tabular() if system == DIAGNOSES else procedures()))
    for language in languages:
        yield from ((Entry(code, phrase, "index"), language) for phrase, code in terms(language, system))
