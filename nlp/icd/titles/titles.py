"""Codes by what the tabular list calls them, said in a note in English or Spanish: also codes that nobody ever used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlp.icd.chart import DIAGNOSES
from nlp.icd.knowledge.terms import terms
from nlp.icd.titles.entries import Entry, tabular
from nlp.icd.titles.index import Floats, Found, Index, Said, indexed
from nlp.icd.titles.lexicon import Lexicon, of_spans
from nlp.icd.titles.relatives import Relatives
from nlp.icd.titles.roots import folded, root
from nlp.icd.titles.wordlists import LANGUAGES, read, stop_words, written
from nlp.icd.titles.words import WORD, Word, passages

SHIPPED = Path(__file__).parent / "data" / "spanish.json.gz"
UNKNOWN = 3.0  # weight of a word that no title holds, in a phrase
Meaning = tuple[tuple[int, float], ...]


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
    least: float = 0.5  # score from which a mention is said
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
        titled = tabular() if table is None else (Entry(code, title, "title") for code, title in table)
        entries = [(entry, "en") for entry in titled]
        if table is None:
            entries += [
                (Entry(code, phrase, "index"), language)
                for language in languages
                for phrase, code in terms(language, system)
            ]
        return cls(indexed(entries), {"es": lexicon}, tuple(languages))

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
        part = [Word(match.group(), match.start(), match.end()) for match in WORD.finditer(phrase)]
        found, score = self._scored([part], language, whole=True, least=0.15)
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
        said: list[Said] = []
        weight: list[float] = [0.0]
        offsets = []
        for number, part in enumerate(parts):
            offsets.append(len(weight) - 1)
            for place, word in enumerate(part):
                meaning = self.meaning(word.text, language)
                said += [Said(number, place, term, share) for term, share in meaning]
                heavy = max((self.index.weights[term] * share for term, share in meaning), default=UNKNOWN)
                weight.append(weight[-1] + (0.0 if folded(word.text) in stop_words(language) else heavy))
        found = self.index.find(said, least or self.least)
        total, start = np.array(weight), np.array(offsets, dtype=np.int64)
        if whole:
            ends = np.append(start[1:], len(weight) - 1)
            length = total[ends[found.passage]] - total[start[found.passage]]
        else:
            length = total[start[found.passage] + found.last + 1] - total[start[found.passage] + found.first]
        dense = np.minimum(1.0, found.said / np.maximum(length, 1e-9))
        return found, found.cover * np.sqrt(dense)

    def _hits(self, found: Found, score: Floats, parts: Sequence[Sequence[Word]]) -> list[Hit]:
        hits: list[Hit] = []
        held: dict[tuple[int, int, int], dict[str, None]] = {}
        for at in np.argsort(-score, kind="stable"):
            if score[at] < self.least:
                break
            place = (int(found.passage[at]), int(found.first[at]), int(found.last[at]))
            codes = held.setdefault(place, {})
            entry = int(found.entry[at])
            code = self.index.codes[self.index.code[entry]]
            if code in codes or len(codes) >= self.codes_a_mention:
                continue
            codes[code] = None
            part = parts[place[0]]
            hits.append(
                Hit(code, part[place[1]].start, part[place[2]].end, float(score[at]), self.index.sources[entry])
            )
        return sorted(hits, key=lambda hit: (hit.start, hit.end, -hit.score))

    def meaning(self, word: str, language: str) -> Meaning:
        """Terms of titles that a word may mean, with their shares."""
        key = (word, language)
        if key not in self._meanings:
            self._meanings[key] = tuple(self._means(word, language).items())
        return self._meanings[key]

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
        for other, share in list(said.items()):
            for further, so in written("english.yaml", "en").get(other, ()) if share > 0.3 else ():
                said[further] = max(said.get(further, 0.0), share * so)
        return {self.index.terms[one]: share for one, share in said.items() if one in self.index.terms}


@lru_cache
def _abbreviations(language: str) -> dict[str, tuple[str, ...]]:
    held = read("abbreviations.yaml").get(language, {})
    return {short: tuple(root(word) for word in WORD.findall(long)) for short, long in held.items()}
