"""Titles by their words: which are said by a passage, and where."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from nlp.icd.titles.entries import Entry
from nlp.icd.titles.roots import folded, root
from nlp.icd.titles.wordlists import open_words, weak_roots
from nlp.icd.titles.words import WORD

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OTHER, WIDER, PART = 0.92, 0.97, 0.8  # scores of what stands beside a plainer code that says as much
ENOUGH = 120  # titles of a passage
MANY = 1000  # entries
PASSAGES, SCORES, ROWS = 13, 30, 20  # bits; scores are from 0 to below 2
OPTIONAL = 0.15  # the share of a word in brackets or after "without": it need not be said


class Said(NamedTuple):
    """Columns: terms that the words of passages may mean, a passage's together and in order."""

    passage: Ints
    place: Ints
    term: Ints
    share: Floats


class Found(NamedTuple):
    """Columns: entries that a passage says, how much of each (cover), from which word to which."""

    passage: Ints
    entry: Ints
    cover: Floats
    first: Ints
    last: Ints
    said: Floats  # weight of the words that were matched
    anywhere: Floats  # how much of the entry is said in all passages together


@dataclass(frozen=True)
class Index:
    terms: dict[str, int]
    weights: Floats  # of a term: how rare it is among categories
    entries: sparse.csr_matrix  # entry by term, each row sums to 1
    codes: list[str]
    code: Ints  # of an entry
    sources: list[str]  # of an entry
    plain: Floats  # of an entry: below 1 where it is what is meant if another title says no more

    @cached_property
    def _usual(self) -> npt.NDArray[np.bool_]:
        """Of a term: it says little and stands in so many entries that they are not looked for by it."""
        weak = [term for word in weak_roots() if (term := self.terms.get(word)) is not None]
        found = np.zeros(len(self.terms), np.bool_)
        found[weak] = np.bincount(self.entries.indices, minlength=len(self.terms))[weak] > MANY
        return found

    @cached_property
    def _by_term(self) -> tuple[sparse.csr_matrix, npt.NDArray[np.float32]]:
        """Entries by the terms they are looked for by, and the share of each that the other terms have."""
        usual = self._usual[self.entries.indices]
        rows = np.repeat(np.arange(len(self.code)), np.diff(self.entries.indptr))
        other = np.bincount(rows[usual], self.entries.data[usual], len(self.code)).astype(np.float32)
        parts = (self.entries.data[~usual], (self.entries.indices[~usual], rows[~usual]))
        return sparse.csr_matrix(parts, shape=self.entries.shape[::-1], dtype=np.float32), other

    def find(self, said: Said, passages: int, least: float, enough: int = ENOUGH) -> Found:
        """Entries of which at least the share `least` is said in one passage."""
        key = said.passage * len(self.terms) + said.term
        order = np.lexsort((-said.share, key))
        kept = order[np.r_[True, key[order][1:] != key[order][:-1]]] if len(order) else order
        key, place, share = key[kept], said.place[kept], said.share[kept]
        rare = ~self._usual[said.term[kept]]
        cells = (said.passage[kept][rare], said.term[kept][rare])
        shape = (passages, len(self.terms))
        asked = sparse.csr_matrix((share[rare], cells), shape=shape, dtype=np.float32)
        by_term, other = self._by_term
        cover = asked @ by_term
        most = cover.data + other[cover.indices]
        good = np.flatnonzero(most >= np.float32(least))
        passage = np.searchsorted(cover.indptr, good, side="right") - 1
        if np.bincount(passage).max(initial=0) > enough:
            best = self._promising(passage, most[good] * self.plain[cover.indices[good]], enough)
            good, passage = good[best], passage[best]
        return self._placed(
            passage, cover.indices[good].astype(np.int64), (key, place, share), (least, self._anywhere(said))
        )

    def _promising(self, passage: Ints, score: Floats, enough: int) -> Ints:
        """Of a passage that says more than enough titles the best."""
        order = _ordered(passage, score)
        begins = np.flatnonzero(np.diff(passage, prepend=-1))
        rank = np.arange(len(passage)) - np.repeat(begins, np.diff(begins, append=len(passage)))
        return np.sort(order[rank < enough])

    def _placed(
        self, passage: Ints, entry: Ints, said: tuple[Ints, Ints, Floats], asked: tuple[float, Floats]
    ) -> Found:
        keys, places, shares = said
        starts = self.entries.indptr[entry].astype(np.int64)
        sizes = self.entries.indptr[entry + 1] - starts
        if not len(entry):
            return Found(passage, entry, np.zeros(0), passage, passage, np.zeros(0), np.zeros(0))
        begin = np.cumsum(sizes) - sizes
        cell = np.arange(int(sizes.sum())) + np.repeat(starts - begin, sizes)
        term = self.entries.indices[cell]
        wanted = np.repeat(passage * len(self.terms), sizes) + term
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        hit = keys[at] == wanted
        share = np.where(hit, shares[at], 0.0)
        cover = np.minimum(np.add.reduceat(share * self.entries.data[cell], begin), 1.0)
        first = np.minimum.reduceat(np.where(hit, places[at], 1 << 40), begin)
        last = np.maximum.reduceat(np.where(hit, places[at], -1), begin)
        weight = np.add.reduceat(share * self.weights[term], begin)
        least, shares_anywhere = asked
        anywhere = np.minimum(np.add.reduceat(shares_anywhere[term] * self.entries.data[cell], begin), 1.0)
        good = cover >= least
        return Found(passage[good], entry[good], cover[good], first[good], last[good], weight[good], anywhere[good])

    def _anywhere(self, said: Said) -> Floats:
        """Of a term: its largest share in any passage."""
        found = np.zeros(len(self.terms))
        np.maximum.at(found, said.term, said.share)
        return found


def _ordered(passage: Ints, score: Floats) -> Ints:
    """By passage, the best first, else as they stand. As one number each, where that holds it, they sort quicker."""
    if len(passage) >> ROWS or int(passage.max(initial=0)) >> PASSAGES:
        return np.lexsort((-score, passage))
    worse = (1 << SCORES) - 1 - score.astype(np.float32).view(np.int32).astype(np.int64)  # bits rise with the score
    keys = np.sort((((passage << SCORES) | worse) << ROWS) | np.arange(len(passage)))
    return np.asarray(keys & ((1 << ROWS) - 1), np.int64)


def indexed(entries: Sequence[tuple[Entry, str]]) -> Index:
    """Of entries, each in its language."""
    parsed = [_terms(entry.words, language) for entry, language in entries]
    terms: dict[str, int] = {}
    for found in parsed:
        for word in found:
            terms.setdefault(word, len(terms))
    weights = _rarity(entries, parsed, terms)
    rows, columns, values = [], [], []
    for row, found in enumerate(parsed):
        total = sum(weights[terms[word]] * share for word, share in found.items()) or 1.0
        for word, share in found.items():
            rows.append(row)
            columns.append(terms[word])
            values.append(weights[terms[word]] * share / total)
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(entries), len(terms)))
    codes = list(dict.fromkeys(entry.code for entry, _ in entries))
    number = {code: at for at, code in enumerate(codes)}
    return Index(
        terms,
        weights,
        matrix,
        codes,
        np.array([number[entry.code] for entry, _ in entries]),
        [entry.source for entry, _ in entries],
        _plainness(entries),
    )


def _terms(words: str, language: str) -> dict[str, float]:
    """Roots of a title with the share of their weight that counts; empty words only where there are no others."""
    found: dict[str, float] = {}
    brackets = 0
    without = False
    weak, empty = weak_roots(), open_words()
    last = 0
    for match in WORD.finditer(words):
        gap = words[last : match.start()]
        brackets += gap.count("(") + gap.count("[") - gap.count(")") - gap.count("]")
        without = (without and "," not in gap) or match.group() in ("without", "sin")
        last = match.end()
        if folded(match.group()) in empty:
            continue
        word = root(match.group(), language)
        share = weak.get(word, 1.0) * (OPTIONAL if brackets > 0 or without else 1.0)
        found[word] = max(found.get(word, 0.0), share)
    return found or {root(word, language): 1.0 for word in WORD.findall(words)}


def _rarity(entries: Sequence[tuple[Entry, str]], parsed: list[dict[str, float]], terms: dict[str, int]) -> Floats:
    held: dict[str, set[str]] = defaultdict(set)
    for (entry, _), found in zip(entries, parsed, strict=True):
        for word in found:
            held[word].add(entry.code[:3])
    number = len({entry.code[:3] for entry, _ in entries})
    return np.array([np.log(1 + number / len(held[word])) for word in terms])


def _plainness(entries: Sequence[tuple[Entry, str]]) -> Floats:
    """Of titles that say as much: the whole category and what is called `other` after what is left open."""
    codes = {entry.code for entry, _ in entries}
    wider = {code[:-1].rstrip(".") for code in codes}
    found = np.ones(len(entries))
    for row, (entry, _) in enumerate(entries):
        words = entry.words.lower()
        found[row] = PART if entry.source == "part" else 1.0
        if entry.source == "title" and "unspecified" not in words:
            found[row] = OTHER if "other " in words or "elsewhere" in words else 1.0
            found[row] *= WIDER if entry.code in wider else 1.0
    return found
