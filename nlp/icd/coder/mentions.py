"""What speaks for each code in one chart, by phrases: the places and how much each says."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nlp.icd.coder.columns import EXACT, NUMBER, SIMILAR, Columns, Floats, Ints, spread
from nlp.icd.coder.content import Content
from nlp.icd.coder.partial import Partial, Rarity
from nlp.icd.coder.phrases import Phrase, Phrases
from nlp.icd.coder.prior import Codes
from nlp.icd.coder.table import Table

LOOKED_AT = 12  # mentions before one, which may go on over it


@dataclass
class Finder:
    """Finds the mentions of all codes in a chart, with a dictionary and an index of one language.

    `covered`: head of `partial` -> charts that cover it. Terms that come later are seen after `forget`.
    """

    phrases: Phrases
    partial: Partial
    rarity: Rarity
    covered: Mapping[int, int]
    codes: Codes

    def find(self, content: Content) -> Columns:
        return Columns.joined([self._exact(content), self._similar(content)])

    def forget(self) -> None:
        self.__dict__.pop("_told", None)

    def number(self) -> None:
        """Gives all codes that phrases speak for their numbers."""
        _ = self._told, self._heads

    def _exact(self, content: Content) -> Columns:
        held, told = self.phrases.exact(content), self._told
        units = np.array([told.units[phrase] for phrase, _, _ in held], np.int64)
        first, end = (np.array([match[side] for match in held], np.int64) for side in (1, 2))
        rows = told.table
        place, cell = spread(rows.starts, units)
        charts = rows.charts[cell]
        marks = rows.layer[cell] == NUMBER[EXACT]
        kept = np.flatnonzero(~marks | (charts > 0))
        place, cell, charts, marks = place[kept], cell[kept], charts[kept], marks[kept]
        marked, occurs = told.marked[units], told.occurs[units] + 0.5
        known = np.bincount(place[marks], minlength=len(units))[place]
        nested = _nested(first, end, np.unique(place))
        unit = units[place]
        return Columns(
            rows.code[cell], rows.layer[cell], first[place], end[place],
            np.where(marks, charts / occurs[place], rows.said[cell]), charts, (marked / occurs)[place],
            np.where(marks, charts / np.maximum(marked[place], 1), 1.0), np.where(marks, known, told.index[unit]),
            told.weight[unit], told.words[unit], nested[place], unit,
        )  # fmt: skip

    def _similar(self, content: Content) -> Columns:
        covers, rows = self.partial.find(content), self._heads
        place, cell = spread(rows.starts, covers.head)
        charts = rows.charts[cell]
        marks = rows.layer[cell] == NUMBER[SIMILAR]
        kept = np.flatnonzero(~marks | (charts > 0))
        place, cell, charts, marks = place[kept], cell[kept], charts[kept], marks[kept]
        head = covers.head[place]
        known, told = (np.bincount(place[side], minlength=len(covers.head))[place] for side in (marks, ~marks))
        share, occurs = covers.share[place], self._covered[head] + 0.5
        first, end, words = covers.first[place], covers.end[place], covers.words[place]
        return Columns(
            rows.code[cell], rows.layer[cell], first, end, np.where(marks, share * charts / occurs, share), charts,
            (end - first - words).astype(np.float64), share, np.where(marks, known, told),
            self.partial.totals[head] * share, words, np.zeros(len(head), np.int64), head,
        )  # fmt: skip

    @cached_property
    def _told(self) -> "_Told":
        return _Told.of(self.phrases, self.rarity, self.codes)

    @cached_property
    def _heads(self) -> Table:
        entries = self.phrases.entries
        groups = ([entries[phrase] for phrase in self.partial.members[head]] for head in self.partial.heads)
        return Table.of_groups(groups, self.codes)

    @cached_property
    def _covered(self) -> Ints:
        return np.array([self.covered.get(head, 0) for head in range(len(self.partial.heads))], np.int64)


@dataclass(frozen=True)
class _Told:
    """The phrases as columns, `units` saying which is which."""

    units: Mapping[Phrase, int]
    table: Table
    marked: Ints
    occurs: Ints
    index: Ints  # codes that the index gives it
    weight: Floats
    words: Ints

    @staticmethod
    def of(phrases: Phrases, rarity: Rarity, codes: Codes) -> "_Told":
        held = phrases.entries
        numbers = ((each.marked, each.occurs, len(each.index)) for each in held.values())
        marked, occurs, index = np.array(list(numbers), np.int64).reshape(-1, 3).T
        return _Told(
            {phrase: at for at, phrase in enumerate(held)},
            Table.of_phrases(held.values(), codes),
            marked,
            occurs,
            index,
            np.array([rarity.total(phrase) for phrase in held], np.float64),
            np.array([len(phrase) for phrase in held], np.int64),
        )


def _nested(first: Ints, end: Ints, told: Ints) -> Ints:
    """Which of the mentions that say anything stand within longer ones."""
    spans = list(zip(first.tolist(), end.tolist(), strict=True))
    said = told.tolist()
    wide = Wide(spans[at] for at in said)
    found = np.zeros(len(spans), np.int64)
    found[told] = [wide.within(*spans[at]) for at in said]
    return found


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
        return self._far[first] > end or any(a < first and b >= end for a, b in self._near(first))

    def _near(self, first: int) -> Iterable[tuple[int, int]]:
        at = bisect_left(self._spans, (first, -1))
        return self._spans[max(0, at - LOOKED_AT) : at]
