"""What the coder knows in one language, and the candidates that it sees in a chart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from nlp.icd.chart import DIAGNOSES, Chart
from nlp.icd.coder.columns import LAYERS, TAUGHT, Columns, Ints, Spoken
from nlp.icd.coder.columns import SHADOW as IN_SHADOW
from nlp.icd.coder.content import Content, content, stems
from nlp.icd.coder.context import context
from nlp.icd.coder.features import Candidates, rows
from nlp.icd.coder.mentions import Finder
from nlp.icd.coder.packed import read_json, write_json
from nlp.icd.coder.partial import Partial, Rarity
from nlp.icd.coder.phrases import Phrases, own
from nlp.icd.coder.prior import Codes, Prior, Priors
from nlp.icd.coder.sieve import Sieve, glance
from nlp.icd.coder.titled import Titled
from nlp.icd.coder.whole import AT_ONCE, Whole
from nlp.icd.knowledge.terms import terms
from nlp.icd.learning.terms import ACTIVE, SHADOW, Term
from nlp.icd.titles.titles import Titles
from nlp.text.assertion import Asserter

FOLDS = 10  # readers that see the training charts, each those that it has not learned from
FROM_WHOLE = 40  # candidates by each of ridge and neighbours


@dataclass(frozen=True)
class Sight:
    """A chart with all that speaks for any code, before the sieve. `seen`: what `glance` gives of `codes`."""

    chart: Chart
    content: Content
    found: Columns  # their `code` points into `codes`
    prior: Prior
    codes: list[str]
    seen: np.ndarray

    @property
    def taught(self) -> frozenset[str]:
        """Codes that a term of coders speaks for."""
        told = np.isin(self.found.layer, [LAYERS.index(TAUGHT), LAYERS.index(IN_SHADOW)])
        return frozenset(self.codes[at] for at in np.unique(self.found.code[told]).tolist())


@dataclass
class Reader:
    language: str
    system: str = DIAGNOSES
    phrases: Phrases = field(default_factory=Phrases)
    rarity: Rarity = field(default_factory=lambda: Rarity({}, 1))
    covered: dict[int, int] = field(default_factory=dict)
    whole: Whole = field(default_factory=Whole)
    counts: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    sieve: Sieve = field(default_factory=Sieve)
    codes: Codes = field(default_factory=Codes)

    def fit(self, charts: Sequence[Chart], seed: int = 1) -> list[Candidates]:
        """Candidates of the charts themselves, each seen by a reader that learned from nine tenths without it.

        Counts less one chart would tell the ranker which codes are true: true ones alone would have one less.
        """
        contents = [content(chart) for chart in charts]
        sights: dict[int, Sight] = {}
        folds = np.random.default_rng(seed).permutation(len(charts)) % FOLDS
        for fold in np.unique(folds).tolist():
            inside, outside = (np.flatnonzero(side).tolist() for side in (folds != fold, folds == fold))
            apart = Reader(self.language, self.system)
            apart._study([charts[at] for at in inside], [contents[at] for at in inside])
            sights |= zip(outside, apart._sights([charts[at] for at in outside]), strict=True)
        self._study(charts, contents)
        seen = [sights[at] for at in range(len(charts))]
        truth = [
            np.array([code in chart.gold for code in each.codes]) for chart, each in zip(charts, seen, strict=True)
        ]
        self.sieve = Sieve.fit([each.seen for each in seen], truth)
        return [self._candidates(each) for each in seen]

    def _study(self, charts: Sequence[Chart], contents: Sequence[Content]) -> None:
        gold = [frozenset(chart.gold) for chart in charts]
        self._index()  # first, as `load` does: the order of phrases decides ties
        self.phrases.learn(own(chart, read) for chart, read in zip(charts, contents, strict=True))
        self.phrases.count(contents)
        self.rarity = Rarity.of(contents)
        partial = self._finder.partial
        self.covered.update(Counter(head for read in contents for head in set(partial.find(read).head.tolist())))
        self.counts = Counter(code for codes in gold for code in sorted(codes))
        self.categories = Counter(category for codes in gold for category in sorted({code[:3] for code in codes}))
        self.whole.fit(contents, gold)

    def candidates(self, charts: Sequence[Chart]) -> Iterator[tuple[Content, Candidates]]:
        for sight in self._sights(charts):
            yield sight.content, self._candidates(sight)

    def _sights(self, charts: Sequence[Chart]) -> Iterator[Sight]:
        for start in range(0, len(charts), AT_ONCE):
            some = charts[start : start + AT_ONCE]
            contents = [content(chart) for chart in some]
            ridge, near = self.whole.scores(contents)
            for at, chart in enumerate(some):
                yield self._sight(chart, contents[at], ridge[at], near[at])

    def learn(self, taught: Iterable[Term]) -> None:
        for term in taught:
            if term.system == self.system and term.language in ("", self.language) and (phrase := stems(term.phrase)):
                entry = self.phrases.entry(phrase)
                entry.taught.pop(term.code, None)
                entry.shadow.pop(term.code, None)
                if term.state in (ACTIVE, SHADOW):
                    (entry.taught if term.state == ACTIVE else entry.shadow)[term.code] = term.weight
        self._finder.forget()
        self.__dict__.pop("_priors", None)

    def _index(self) -> None:
        held: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        for phrase, code in terms(self.language, self.system):
            if found := stems(phrase):
                held[found][code] = None
        for found, codes in held.items():
            self.phrases.entry(found).index = tuple(codes)

    def _sight(self, chart: Chart, read: Content, ridge: np.ndarray, near: np.ndarray) -> Sight:
        found = Columns.joined([self._finder.find(read), self._titled.find(chart, read)])
        priors = self._priors
        whole = priors.whole_numbers[np.concatenate([_top(ridge), _top(near)])]
        more = whole[priors.charts[whole] > 0]
        numbers, code = _numbered(np.concatenate([found.code, more]))
        found = found._replace(code=code[: len(found.code)])
        prior = priors.of(numbers, ridge, near)
        names = [self.codes.names[number] for number in numbers.tolist()]
        return Sight(chart, read, found, prior, names, glance(found, prior))

    def _candidates(self, sight: Sight) -> Candidates:
        kept, left = self.sieve.keep(sight.codes, sight.seen, sight.taught)
        places = {code: at for at, code in enumerate(sight.codes)}
        at = np.array([places[code] for code in kept], np.int64)
        row = np.full(len(sight.codes), -1, np.int64)
        row[at] = np.arange(len(at))
        held = sight.found.take(row[sight.found.code] >= 0)
        said = context(sight.chart, sight.content, held, self._asserter)
        prior = sight.prior.take(at)
        made = rows(kept, held._replace(code=row[held.code]), said, prior, len(sight.content))
        return replace(made, spoken=Spoken(sight.codes, sight.found), left=left)

    @cached_property
    def _titled(self) -> Titled:
        return Titled(_shipped_titles(self.system), self.language, self.rarity, self.codes)

    @cached_property
    def _finder(self) -> Finder:
        partial = Partial(self.phrases.entries, self.rarity)
        return Finder(self.phrases, partial, self.rarity, self.covered, self.codes)

    @cached_property
    def _priors(self) -> Priors:
        """After all codes have their numbers."""
        self._finder.number()
        self.codes.all_of(self.whole.codes)
        _ = self._titled
        return Priors(self.codes, self.counts, self.categories, self.whole.codes)

    @cached_property
    def _asserter(self) -> Asserter:
        return Asserter(self.language)

    def save(self, folder: Path) -> None:
        entries = [
            [" ".join(phrase), entry.codes, entry.marked, entry.occurs]
            for phrase, entry in self.phrases.entries.items()
            if entry.marked or entry.occurs
        ]
        said = {
            "language": self.language, "system": self.system, "counts": self.counts, "categories": self.categories,
            "sieve": [self.sieve.weights, self.sieve.intercept],
            "rarity": [self.rarity.counts, self.rarity.charts], "entries": entries,
            "covered": {" ".join(self._finder.partial.heads[head]): n for head, n in self.covered.items()},
        }  # fmt: skip
        write_json(folder / "reader.json.gz", said)
        self.whole.save(folder)

    @staticmethod
    def load(folder: Path) -> "Reader":
        said = read_json(folder / "reader.json.gz")
        made = Reader(said["language"], said["system"], rarity=Rarity(*said["rarity"]), whole=Whole.load(folder))
        made.sieve = Sieve(tuple(said["sieve"][0]), said["sieve"][1])
        made.counts, made.categories = Counter(said["counts"]), Counter(said["categories"])
        made._index()
        for phrase, codes, marked, occurs in said["entries"]:
            entry = made.phrases.entry(tuple(phrase.split(" ")))
            entry.codes, entry.marked, entry.occurs = codes, marked, occurs
        heads = made._finder.partial.heads
        made.covered.update({at: said["covered"].get(" ".join(head), 0) for at, head in enumerate(heads)})
        return made


@cache
def _shipped_titles(system: str) -> Titles:
    return Titles.of(system)


def _top(scores: np.ndarray) -> Ints:
    """The codes of the whole text that it says most for, best first."""
    if len(scores) <= FROM_WHOLE:
        return np.arange(len(scores))
    best = np.argpartition(-scores, FROM_WHOLE)[:FROM_WHOLE]
    return np.asarray(best[np.argsort(-scores[best], kind="stable")], np.int64)


def _numbered(codes: Ints) -> tuple[Ints, Ints]:
    """Each once, in the order they come in, and for each its place there."""
    once, first, of = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(once), np.int64)
    place[order] = np.arange(len(once))
    return once[order], place[of]
