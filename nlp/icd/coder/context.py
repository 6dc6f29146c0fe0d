"""In what sense a chart mentions things: denied, of the past, of others, doubted; each span is looked at once."""

import numpy as np

from nlp.icd.chart import Chart
from nlp.icd.coder.columns import Columns, Floats, Ints
from nlp.icd.coder.content import Content
from nlp.text.assertion import Asserter, Assertion

KINDS = ("negated", "historical", "other_person")
UNREAL = frozenset({"hypothetical", "planned", "allergy"})
OF_CONTEXT = (*KINDS, "hypothetical", "uncertain", "asserted")


def context(chart: Chart, content: Content, mentions: Columns, asserter: Asserter) -> Floats:
    """Mentions x OF_CONTEXT: each one's kind, whether it is doubted, whether it is plainly asserted."""
    size = len(content) + 1
    spans, of = np.unique(mentions.first * size + mentions.end, return_inverse=True)
    first, end = spans // size, spans % size
    note = np.array(content.notes, np.int64)[first]
    said = np.zeros((len(spans), len(OF_CONTEXT)))
    for number in np.unique(note).tolist():
        held = np.flatnonzero(note == number)
        said[held] = _rows(chart.notes[number].text, content, (first[held], end[held]), asserter)
    return np.asarray(said[of], np.float64)


def _rows(text: str, content: Content, spans: tuple[Ints, Ints], asserter: Asserter) -> list[list[float]]:
    pairs = zip(*(side.tolist() for side in spans), strict=True)
    places = [(content.starts[first], content.ends[end - 1]) for first, end in pairs]
    return [_row(each) for each in asserter.assertions(text, places)]


def _row(said: Assertion) -> list[float]:
    kinds = (float(said.kind == kind) for kind in KINDS)
    doubted = bool(said.uncertain)
    return [*kinds, float(said.kind in UNREAL), float(doubted), float(said.kind == "present" and not doubted)]
