"""What speaks for each code in one chart, layer by layer: the places and how much each says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.icd.coder.content import SHORT, Content
from nlp.icd.coder.partial import Cover, Partial, Rarity
from nlp.icd.coder.phrases import NOTHING, Entry, Own, Phrase, Phrases

EXACT, SIMILAR, INDEX, NEAR_INDEX, TITLE, TAUGHT, SHADOW = LAYERS = (
    "dictionary",  # a phrase that was marked for the code
    "similar",  # most words of one
    "index",  # a phrase of the index of the language
    "near-index",  # most words of one
    "title",  # words of the code's title or inclusion terms
    "learned",  # a term that coders taught
    "shadow",  # one that is not active yet
)


@dataclass(slots=True)
class Mention:
    """The stems first to end - 1. `says`: how much, 0 to 1; `charts`: that have it marked for the code.

    `rate`: share of the charts with the phrase that have it marked at all; `codes`: how many codes it is known for.
    """

    layer: str
    first: int
    end: int
    says: float
    charts: int = 0
    rate: float = 0.0
    share: float = 1.0
    codes: int = 1
    weight: float = 0.0
    words: int = 1
    nested: bool = False
    phrase: Phrase = ()


Mentions = Mapping[str, list[Mention]]


@dataclass
class Finder:
    """Finds the mentions of all codes in a chart, with a dictionary and an index of one language."""

    phrases: Phrases
    partial: Partial
    rarity: Rarity
    covered: Mapping[int, int]  # head of `partial` -> charts that cover it

    def find(self, content: Content, own: Own | None = None) -> dict[str, list[Mention]]:
        """`own`: of a chart that was learned from, what it has marked; None: a chart that is new."""
        found: dict[str, list[Mention]] = defaultdict(list)
        self._exact(content, own, found)
        for cover in self.partial.find(content):
            self._similar(cover, own, found)
        return found

    def _exact(self, content: Content, own: Own | None, found: dict[str, list[Mention]]) -> None:
        held = [
            (phrase, first, end, seen)
            for phrase, first, end in self.phrases.exact(content)
            if (seen := _without(self.phrases.entries[phrase], phrase, own)).known
        ]
        wide = Wide((first, end) for _, first, end, _ in held)
        for phrase, first, end, seen in held:
            weight, nested = self.rarity.total(phrase), wide.within(first, end)
            for code, charts in seen.codes.items():
                says = charts / (seen.occurs + 0.5)
                rate, share = seen.marked / (seen.occurs + 0.5), charts / seen.marked
                found[code].append(
                    Mention(
                        EXACT, first, end, says, charts, rate, share, len(seen.codes), weight,
                        len(phrase), nested, phrase,
                    )
                )  # fmt: skip
            for layer, code, says in seen.told():
                found[code].append(
                    Mention(
                        layer, first, end, says, seen.codes.get(code, 0), seen.marked / (seen.occurs + 0.5), 1.0,
                        len(seen.index), weight, len(phrase), nested, phrase,
                    )
                )  # fmt: skip

    def _similar(self, cover: Cover, own: Own | None, found: dict[str, list[Mention]]) -> None:
        head = self.partial.heads[cover.phrase]
        occurs = self.covered.get(cover.phrase, 0) - (own is not None)
        gaps, weight = cover.end - cover.first - cover.words, self.partial.totals[cover.phrase] * cover.share
        counts: dict[str, int] = {}
        told: dict[str, None] = {}
        for phrase in self.partial.members[head]:
            seen = _without(self.phrases.entries[phrase], phrase, own)
            for code, charts in seen.codes.items():
                counts[code] = counts.get(code, 0) + charts
            told.update(dict.fromkeys(seen.index))
        for code, charts in counts.items():
            says = cover.share * charts / (occurs + 0.5)
            found[code].append(
                Mention(
                    SIMILAR, cover.first, cover.end, says, charts, gaps, cover.share, len(counts), weight,
                    cover.words, False, head,
                )
            )  # fmt: skip
        for code in told:
            found[code].append(
                Mention(
                    NEAR_INDEX, cover.first, cover.end, cover.share, counts.get(code, 0), gaps, cover.share, len(told),
                    weight, cover.words, False, head,
                )
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as the other charts have it."""

    codes: Mapping[str, int]
    marked: int
    occurs: int
    index: Sequence[str]
    taught: Mapping[str, float]
    shadow: Mapping[str, float]

    @property
    def known(self) -> bool:
        return bool(self.codes or self.index or self.taught or self.shadow)

    def told(self) -> list[tuple[str, str, float]]:
        """(layer, code, how much) of what no chart has marked."""
        return [
            *((INDEX, code, 1 / len(self.index)) for code in self.index),
            *((TAUGHT, code, weight) for code, weight in self.taught.items()),
            *((SHADOW, code, weight) for code, weight in self.shadow.items()),
        ]


def _without(entry: Entry, phrase: Phrase, own: Own | None) -> Seen:
    if own is None:
        return Seen(entry.codes, entry.marked, entry.occurs, entry.index, entry.taught, entry.shadow)
    mine = own.get(phrase, frozenset())
    codes = {code: charts - (code in mine) for code, charts in entry.codes.items() if charts > (code in mine)}
    return Seen(codes, entry.marked - bool(mine), entry.occurs - 1, entry.index, entry.taught, entry.shadow)


class Wide:
    """Which mentions stand within longer ones: by the farthest end of those that begin no later."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._far: dict[int, int] = {}
        far = -1
        held = sorted(set(spans))
        for first, end in held:
            far = max(far, end)
            self._far[first] = far
        self._spans = held

    def within(self, first: int, end: int) -> bool:
        if self._far[first] > end:
            return True
        return any(a < first and b >= end for a, b in self._near(first))

    def _near(self, first: int) -> Iterable[tuple[int, int]]:
        from bisect import bisect_left

        at = bisect_left(self._spans, (first, -1))
        return self._spans[max(0, at - 12) : at]


__all__ = ["LAYERS", "NOTHING", "SHORT", "Finder", "Mention", "Mentions"]
