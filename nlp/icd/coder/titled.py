"""What titles and inclusion terms find in a chart, in stems: also codes that training never saw."""

from dataclasses import dataclass

import numpy as np

from nlp.icd.chart import Chart
from nlp.icd.coder.columns import LAYERS, NO_PHRASE, TITLE, Columns
from nlp.icd.coder.content import Content
from nlp.icd.coder.partial import Rarity
from nlp.icd.coder.prior import Codes
from nlp.icd.titles.titles import Titles


@dataclass
class Titled:
    titles: Titles
    language: str
    rarity: Rarity
    codes: Codes

    def __post_init__(self) -> None:
        self._numbers = self.codes.all_of(self.titles.index.codes)

    def find(self, chart: Chart, read: Content) -> Columns:
        weights = np.concatenate([[0.0], np.cumsum([self.rarity.weight(short) for short in read.shorts])])
        starts, notes = np.array(read.starts, np.int64), np.array(read.notes, np.int64)
        nothing, none = np.zeros(0, np.int64), np.zeros(0)
        found = [(nothing, nothing, nothing, none, none)]
        for number, note in enumerate(chart.notes):
            low, high = np.searchsorted(notes, (number, number + 1))
            hits = self.titles.hits(note.text, self.language)
            first, end = (low + np.searchsorted(starts[low:high], side) for side in (hits.start, hits.end))
            there = end > first
            first, end = first[there], end[there]
            found.append(
                (self._numbers[hits.code[there]], first, end, hits.score[there], weights[end] - weights[first])
            )
        code, first, end, says, weight = (np.concatenate(column) for column in zip(*found, strict=True))
        zero, one = np.zeros(len(code), np.int64), np.ones(len(code), np.int64)
        return Columns(
            code, zero + LAYERS.index(TITLE), first, end, says, zero, np.zeros(len(code)), np.ones(len(code)), one,
            weight, end - first, zero, zero + NO_PHRASE,
        )  # fmt: skip
