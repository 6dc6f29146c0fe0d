"""Charts of a simulated coder, indexed once, and a coder small enough to be trained again every simulated night.

It knows the phrases that were marked and, of each phrase, how often the code stood where the phrase did; a chart's code
has the score of its best phrase. So a night's training is two sums over a matrix of charts and phrases. It is not the
system that ships: what is measured is the order of work and what wrong decisions do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.icd.chart import Chart
from nlp.icd.learning.terms import normal

WORD = re.compile(r"\w+")
LONGEST = 10  # words of a phrase
PRIOR = 0.3  # of a phrase for and against its code, before it was seen
Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Pairs = list[tuple[int, int]]  # (phrase, code) that one chart's coder marked


@dataclass(frozen=True)
class Learned:
    """Pairs of phrase and code with their score."""

    phrase: Rows
    code: Rows
    score: Floats


@dataclass
class Pool:
    charts: Sequence[Chart] = field(repr=False)

    def __post_init__(self) -> None:
        self.words = [words_of(" ".join(note.text for note in chart.notes)) for chart in self.charts]
        marked = [_marked(chart) for chart in self.charts]
        self.codes = sorted({code for chart in self.charts for code in chart.gold})
        self.phrases = sorted({phrase for each in marked for said in each.values() for phrase in said})
        code, phrase = _places(self.codes), _places(self.phrases)
        self.marks: list[Pairs] = [
            [(phrase[p], code[c]) for c, said in sorted(each.items()) for p in sorted(said)] for each in marked
        ]
        self.gold = np.zeros((len(self.charts), len(self.codes)), dtype=bool)
        for at, chart in enumerate(self.charts):
            self.gold[at, [code[each] for each in chart.gold]] = True
        self._phrase = phrase

    @property
    def lengths(self) -> Rows:
        return np.array([len(words) for words in self.words])

    @cached_property
    def present(self) -> sparse.csr_matrix:
        """Which phrases stand in the text of each chart, as whole words."""
        rows, columns = [], []
        for at, words in enumerate(self.words):
            found = {
                self._phrase[said]
                for size in range(1, LONGEST + 1)
                for start in range(len(words) - size + 1)
                if (said := " ".join(words[start : start + size])) in self._phrase
            }
            rows += [at] * len(found)
            columns += sorted(found)
        shape = (len(self.charts), len(self.phrases))
        return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape)

    def learn(self, some: Rows, marks: Mapping[int, Pairs] | None = None) -> Learned:
        """From some charts; `marks` in place of what their coders marked."""
        said = {at: (marks or {}).get(at, self.marks[at]) for at in map(int, some)}
        pairs = sorted({pair for each in said.values() for pair in each})
        if not pairs:
            return Learned(*(np.zeros(0, np.int64),) * 2, np.zeros(0))
        phrase, code = np.array(pairs).T
        gold = self._labels(some, said) if marks else sparse.csr_matrix(self.gold[some].astype(float))
        present = self.present[some].tocsc()[:, phrase]
        both = np.asarray(present.multiply(gold.tocsc()[:, code]).sum(axis=0)).ravel()
        seen = np.asarray(present.sum(axis=0)).ravel()
        return Learned(phrase, code, (both + PRIOR) / (np.maximum(seen, both) + 2 * PRIOR))

    def _labels(self, some: Rows, said: Mapping[int, Pairs]) -> sparse.csr_matrix:
        """Codes as decided, where decisions are not the truth."""
        given = np.zeros((len(some), len(self.codes)))
        for row, at in enumerate(map(int, some)):
            given[row, [code for _, code in said[at]]] = 1.0
        return sparse.csr_matrix(given)

    def scores(self, learned: Learned, some: Rows) -> Floats:
        """Charts by codes."""
        found = np.zeros((len(some), len(self.codes)))
        held = self.present[some].tocsc()[:, learned.phrase].multiply(learned.score[None, :]).tocsr()
        for row in range(len(some)):
            part = held[row]
            np.maximum.at(found[row], learned.code[part.indices], part.data)
        return found


def words_of(text: str) -> list[str]:
    return WORD.findall(normal(text))


def _marked(chart: Chart) -> dict[str, set[str]]:
    texts = {note.note_id: note.text for note in chart.notes}
    found = {
        code: {" ".join(words_of(texts[span.note_id][span.start : span.end])) for span in spans}
        for code, spans in chart.gold.items()
    }
    return {code: {phrase for phrase in said if phrase} for code, said in found.items()}


def _places(names: Sequence[str]) -> dict[str, int]:
    return {name: at for at, name in enumerate(names)}
