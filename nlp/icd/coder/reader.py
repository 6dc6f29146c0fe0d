"""What the coder knows in one language, and the candidates that it sees in a chart."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from nlp.icd.chart import DIAGNOSES, Chart
from nlp.icd.coder.content import Content, content, stems
from nlp.icd.coder.context import Context
from nlp.icd.coder.features import Candidates, Prior, rows
from nlp.icd.coder.mentions import SHADOW as IN_SHADOW
from nlp.icd.coder.mentions import TAUGHT, TITLE, Finder, Mention
from nlp.icd.coder.packed import read_json, write_json
from nlp.icd.coder.partial import Partial, Rarity
from nlp.icd.coder.phrases import Own, Phrases, own
from nlp.icd.coder.sieve import Sieve, glance
from nlp.icd.coder.whole import Whole
from nlp.icd.knowledge.terms import terms
from nlp.icd.learning.terms import ACTIVE, SHADOW, Term
from nlp.icd.titles.titles import Titles
from nlp.text.assertion import Asserter

FROM_WHOLE = 40  # candidates by each of ridge and neighbours


@dataclass(frozen=True)
class Sight:
    """A chart with all that speaks for any code, before the sieve. `seen`: what `glance` gives of `codes`."""

    chart: Chart
    content: Content
    found: Mapping[str, list[Mention]]
    prior: Prior
    codes: list[str]
    seen: np.ndarray

    @property
    def taught(self) -> frozenset[str]:
        """Codes that a term of coders speaks for."""
        return frozenset(code for code, held in self.found.items() if {TAUGHT, IN_SHADOW} & {m.layer for m in held})


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

    def fit(self, charts: Sequence[Chart]) -> list[Candidates]:
        """Candidates of the charts themselves, each as if it had not been learned from."""
        contents = [content(chart) for chart in charts]
        owns = [own(chart, read) for chart, read in zip(charts, contents, strict=True)]
        gold = [frozenset(chart.gold) for chart in charts]
        self._index()  # first, as `load` does: the order of phrases decides ties
        self.phrases.learn(owns)
        self.phrases.count(contents)
        self.rarity = Rarity.of(contents)
        partial = self._finder.partial
        self.covered.update(Counter(head for read in contents for head in {c.phrase for c in partial.find(read)}))
        self.counts = Counter(code for codes in gold for code in sorted(codes))
        self.categories = Counter(category for codes in gold for category in sorted({code[:3] for code in codes}))
        ridge, near = self.whole.fit(contents, gold)
        sights = [self._sight(chart, contents[at], ridge[at], near[at], owns[at]) for at, chart in enumerate(charts)]
        truth = [np.array([code in codes for code in each.codes]) for each, codes in zip(sights, gold, strict=True)]
        self.sieve = Sieve.fit([each.seen for each in sights], truth)
        return [self._candidates(each) for each in sights]

    def candidates(self, charts: Sequence[Chart]) -> Iterator[tuple[Content, Candidates]]:
        for chart in charts:
            read = content(chart)
            ridge, near = self.whole.scores([read])
            yield read, self._candidates(self._sight(chart, read, ridge[0], near[0], None))

    def learn(self, taught: Iterable[Term]) -> None:
        for term in taught:
            if term.system == self.system and term.language in ("", self.language) and (phrase := stems(term.phrase)):
                entry = self.phrases.entry(phrase)
                entry.taught.pop(term.code, None)
                entry.shadow.pop(term.code, None)
                if term.state in (ACTIVE, SHADOW):
                    (entry.taught if term.state == ACTIVE else entry.shadow)[term.code] = term.weight

    def _index(self) -> None:
        held: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        for phrase, code in terms(self.language, self.system):
            if found := stems(phrase):
                held[found][code] = None
        for found, codes in held.items():
            self.phrases.entry(found).index = tuple(codes)

    def _sight(self, chart: Chart, read: Content, ridge: np.ndarray, near: np.ndarray, mine: Own | None) -> Sight:
        found = self._finder.find(read, mine)
        for code, mention in self._titled(chart, read):
            found[code].append(mention)
        prior = self._prior(frozenset(chart.gold) if mine is not None else frozenset(), ridge, near)
        more = [code for code in (*self._top(ridge), *self._top(near)) if prior.charts(code)]
        codes = list(dict.fromkeys([*found, *more]))
        return Sight(chart, read, found, prior, codes, glance(found, codes, prior))

    def _candidates(self, sight: Sight) -> Candidates:
        kept, left = self.sieve.keep(sight.codes, sight.seen, sight.taught)
        found = {code: sight.found[code] for code in kept if code in sight.found}
        held = [each for mentions in found.values() for each in mentions]
        context = Context.read(sight.chart, sight.content, held, self._asserter)
        made = rows(found, kept, sight.prior, context)
        unranked = {code: sorted(sight.found[code], key=lambda m: -m.says) for code in left if code in sight.found}
        return replace(made, mentions={**made.mentions, **unranked}, left=left)

    def _top(self, scores: np.ndarray) -> list[str]:
        if len(scores) <= FROM_WHOLE:
            return list(self.whole.codes)
        best = np.argpartition(-scores, FROM_WHOLE)[:FROM_WHOLE]
        return [self.whole.codes[at] for at in sorted(best.tolist(), key=lambda at: -scores[at])]

    def _prior(self, gold: frozenset[str], ridge: np.ndarray, near: np.ndarray) -> Prior:
        places = self.whole.places
        mine = {code[:3] for code in gold}
        sums = np.bincount(self._category_of, weights=ridge, minlength=len(self._category_places))
        return Prior(
            charts=lambda code: self.counts[code] - (code in gold),
            category=lambda code: self.categories[code[:3]] - (code[:3] in mine),
            ridge=lambda code: float(ridge[places[code]]) if code in places else 0.0,
            neighbours=lambda code: float(near[places[code]]) if code in places else 0.0,
            ridge_category=lambda code: (
                float(sums[self._category_places[code[:3]]]) if code[:3] in self._category_places else 0.0
            ),
        )

    def _titled(self, chart: Chart, read: Content) -> Iterator[tuple[str, Mention]]:
        """What titles and inclusion terms find, in stems."""
        for number, note in enumerate(chart.notes):
            low, high = bisect_left(read.notes, number), bisect_left(read.notes, number + 1)
            for hit in self._titles.find(note.text, self.language):
                first = bisect_left(read.starts, hit.start, low, high)
                end = bisect_left(read.starts, hit.end, low, high)
                if end > first:
                    weight = self.rarity.total(read.stems[first:end])
                    yield hit.code, Mention(TITLE, first, end, hit.score, weight=weight, words=end - first)

    @cached_property
    def _titles(self) -> Titles:
        return _shipped_titles(self.system)

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.phrases, Partial(self.phrases.entries, self.rarity), self.rarity, self.covered)

    @cached_property
    def _asserter(self) -> Asserter:
        return Asserter(self.language)

    @cached_property
    def _category_places(self) -> dict[str, int]:
        return {category: at for at, category in enumerate(sorted({code[:3] for code in self.whole.codes}))}

    @cached_property
    def _category_of(self) -> np.ndarray:
        return np.array([self._category_places[code[:3]] for code in self.whole.codes], np.int64)

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
