"""Mentions of a chart: exact phrases, most words of one, and nothing that only the chart itself has marked."""

import numpy as np
import pytest

from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.coder.columns import EXACT, LAYERS, SIMILAR, Columns
from nlp.icd.coder.content import content
from nlp.icd.coder.mentions import Finder
from nlp.icd.coder.partial import Partial, Rarity
from nlp.icd.coder.phrases import Phrases, own
from nlp.icd.coder.prior import Codes

TEXTS = ("Renal colic on the left.", "Known renal colic. Gout.", "No fever at all.", "Cough and gout, old.")
MARKED: tuple[dict[str, str], ...] = (
    {"N23": "Renal colic"},
    {"N23": "renal colic", "M10.9": "Gout"},
    {"R50.9": "fever"},
    {},
)


def _chart(number: int) -> Chart:
    text = TEXTS[number]
    places = {code: text.index(words) for code, words in MARKED[number].items()}
    gold = {
        code: (Evidence(f"n{number}", places[code], places[code] + len(words), "dictionary", 1.0),)
        for code, words in MARKED[number].items()
    }
    return Chart(f"e{number}", (Note(f"n{number}", text, "en"),), gold)


CHARTS = [_chart(number) for number in range(len(TEXTS))]


@pytest.fixture(scope="module")
def finder() -> Finder:
    contents = [content(chart) for chart in CHARTS]
    phrases, rarity = Phrases(), Rarity.of(contents)
    phrases.learn(own(chart, read) for chart, read in zip(CHARTS, contents, strict=True))
    phrases.count(contents)
    partial = Partial(phrases.entries, rarity)
    covered = dict.fromkeys(range(len(partial.heads)), 2)
    return Finder(phrases, partial, rarity, covered, Codes())


def _said(finder: Finder, found: Columns, layer: str) -> dict[str, float]:
    rows = np.flatnonzero(found.layer == LAYERS.index(layer))
    return {finder.codes.names[found.code[row]]: float(found.says[row]) for row in rows}


def test_a_new_chart_counts_all_that_was_marked(finder: Finder) -> None:
    found = finder.find(content(_new("Renal colic again, with gout.")))
    assert _said(finder, found, EXACT) == {"N23": 2 / 2.5, "M10.9": 1 / 2.5}


def test_most_words_of_a_phrase_are_found_in_any_order(finder: Finder) -> None:
    found = finder.find(content(_new("A colic that is surely renal.")))
    assert _said(finder, found, EXACT) == {}
    assert _said(finder, found, SIMILAR) == {"N23": pytest.approx(2 / 2.5)}
    row = int(np.flatnonzero(found.layer == LAYERS.index(SIMILAR))[0])
    assert (found.first[row], found.words[row], found.rate[row]) == (0, 2, found.end[row] - 2)


def test_a_chart_without_words_has_no_mentions(finder: Finder) -> None:
    assert len(finder.find(content(_new("...")))) == len(Columns._fields)
    assert not len(finder.find(content(_new("..."))).code)


def _new(text: str) -> Chart:
    return Chart("new", (Note("new", text, "en"),))
