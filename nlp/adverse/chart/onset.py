"""When an effect began: as the note tells beside it, else as the timeline shows, else when the note was written."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from nlp.adverse.chart.onset_words import onset_words
from nlp.text.assertion import small
from nlp.text.dates import AFTER, START, When, dates
from nlp.text.sentences import sentences

Span = tuple[int, int]
NEAR, APART = 25, 15  # characters: a duration right behind the effect; what a comma adds to a distance
FAR = 400  # characters of a long sentence on either side of an effect, or a date, that are looked at


@dataclass(frozen=True, slots=True)
class Told:
    """`rough`: the month or the year was told, and `day` is its first."""

    day: date
    precision: str

    @property
    def rough(self) -> bool:
        return self.precision != "day"


@dataclass(frozen=True, slots=True)
class Pair:
    """`effects`: the mention that is related to the drug, then others of the same effect in the note.

    `blamed`: the drug stands behind the effect as its cause ("cough due to lisinopril since March"): a date behind it
    is the effect's.
    """

    drug: Span
    effects: Sequence[Span]
    blamed: bool = False


@dataclass(frozen=True)
class Calendar:
    """The dates of one note. `others`: all drugs and effects of it, which dates may belong to as well."""

    text: str
    sentences: Sequence[Span]
    found: Sequence[When]
    drugs: Sequence[Span]
    effects: Sequence[Span]

    @classmethod
    def of(
        cls, text: str, language: str, written: date | None, drugs: Sequence[Span], effects: Sequence[Span]
    ) -> "Calendar":
        return cls(small(text), sentences(text, language), dates(text, written, language), drugs, effects)

    def onset(self, pair: Pair, anchors: Mapping[str, date]) -> Told | None:
        """What the note tells: in the sentence of a mention of the effect, else in one beside it."""
        for effect in pair.effects:
            days = [(each.on(anchors), each) for each in self._owned(effect, pair, self._sentence(effect[0]))]
            told = [Told(day, each.precision) for day, each in days if day is not None]
            later = [each for each in told if each.day != anchors.get(START)]
            if told:
                return (later or told)[0]
        at = self._place(pair.effects[0][0])
        beside = [place for place in (at + 1, at - 1) if 0 <= place < len(self.sentences)]
        begun = (self.sentences[place] for place in beside)
        told_beside = (
            self._told_alone(each, anchors) for each in begun if onset_words().begun.match(self.text, each[0])
        )
        return next((each for each in told_beside if each), None)

    def _place(self, at: int) -> int:
        return max(0, bisect_right([start for start, _ in self.sentences], at) - 1)

    def _sentence(self, at: int) -> Span:
        return self.sentences[self._place(at)]

    def _told_alone(self, sentence: Span, anchors: Mapping[str, date]) -> Told | None:
        if within(self._mentions, *sentence):
            return None
        days = ((each.on(anchors), each.precision) for each in self._dates(*sentence))
        return next((Told(day, precision) for day, precision in days if day), None)

    def _owned(self, effect: Span, pair: Pair, sentence: Span) -> list[When]:
        """Dates of the sentence that belong to the effect, nearest first."""
        inside = self._dates(max(sentence[0], effect[0] - FAR), min(sentence[1], effect[1] + FAR))
        here = sentence[0] <= pair.drug[0] < sentence[1]
        mine = []
        for each in inside:
            if each.anchor == AFTER:
                if here and pair.drug[0] >= each.end and pair.drug[0] - each.end <= 2 * NEAR:
                    mine.append(When(each.start, each.end, None, START, each.days, each.precision))
            elif each.anchor == START:
                mine += [each] if here or not self._drugs_in(sentence) else []
            elif self._is_onset(each, effect, pair, sentence) and self._follows(each, effect):
                mine.append(each)
        return sorted(mine, key=lambda each: self._apart(effect, (each.start, each.end)))

    def _drugs_in(self, sentence: Span) -> bool:
        return bool(within(self._drugs, *sentence))

    def _follows(self, when: When, effect: Span) -> bool:
        """A duration belongs to the effect only if it stands right beside it."""
        return not when.lasting or self._apart(effect, (when.start, when.end)) <= NEAR

    def _is_onset(self, when: When, effect: Span, pair: Pair, sentence: Span) -> bool:
        """Whether the effect, or a word of beginning, stands nearer to the date than a drug or what is done with it."""
        place = (when.start, when.end)
        own = {effect, *pair.effects, *([pair.drug] if pair.blamed else [])}
        around = max(sentence[0], when.start - FAR), min(sentence[1], when.end + FAR)
        others = [span for span in within(self._mentions, *around) if span not in own]
        others += within(self._doings, *around)
        nearest = min((self._apart(place, span) for span in others), default=1 << 20)
        here = [span for span in own if around[0] <= span[0] < around[1]]
        return min(self._apart(place, span) for span in (effect, *here, *within(self._begins, *around))) <= nearest

    @cached_property
    def _drugs(self) -> list[Span]:
        return sorted(self.drugs)

    @cached_property
    def _mentions(self) -> list[Span]:
        return sorted((*self.drugs, *self.effects))

    @cached_property
    def _begins(self) -> list[Span]:
        return [match.span() for match in onset_words().onset.finditer(self.text)]

    @cached_property
    def _doings(self) -> list[Span]:
        """What is done with drugs."""
        return [match.span() for match in onset_words().drug.finditer(self.text)]

    @cached_property
    def _starts(self) -> list[int]:
        return [each.start for each in self.found]

    def _dates(self, begin: int, end: int) -> Sequence[When]:
        return self.found[bisect_left(self._starts, begin) : bisect_left(self._starts, end)]

    def _apart(self, one: Span, other: Span) -> int:
        """Characters between, more where a comma, a bracket or a conjunction stands there."""
        first, second = sorted((one, other))
        between = self.text[first[1] : second[0]]
        cuts = sum(between.count(each) for each in ",;(|") + between.count(" and ") + between.count(" y ")
        return len(between) + APART * cuts


def within(spans: Sequence[Span], begin: int, end: int) -> Sequence[Span]:
    """Of spans in order, those that start there."""
    return spans[bisect_left(spans, (begin,)) : bisect_left(spans, (end,))]
