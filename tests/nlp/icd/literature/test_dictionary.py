"""A phrase stands for the code it was most often marked with; the longest wins."""

import pytest

from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.literature.dictionary import Dictionary


def chart(name: str, text: str, **marked: str) -> Chart:
    """`marked`: phrase by code."""
    gold = {
        code: (Evidence(name, text.index(phrase), text.index(phrase) + len(phrase), "marked"),)
        for code, phrase in marked.items()
    }
    return Chart(name, (Note(name, text),), gold)


@pytest.fixture(scope="module")
def taught() -> Dictionary:
    charts = [
        *(chart(f"a{at}", "Dolor lumbar intenso.", M54="Dolor lumbar") for at in range(6)),
        *(chart(f"b{at}", "Refiere dolor.", R52="dolor") for at in range(6)),
        chart("c", "Refiere dolor.", R10="dolor"),
        *(chart(f"d{at}", "Sin masas.") for at in range(9)),
        chart("e", "Con masas.", R19="masas"),
    ]
    system = Dictionary()
    system.fit(charts)
    return system


def test_the_longest_phrase_and_its_most_frequent_code(taught: Dictionary) -> None:
    (said,) = taught.suggest([Chart("x", (Note("x", "DOLOR LUMBAR, luego dolor"),))])
    assert [(one.code, one.evidence[0].start, one.evidence[0].end) for one in said[:2]] == [
        ("M54", 0, 12),
        ("R52", 20, 25),
    ]
    assert all(one.score >= taught.threshold for one in said[:2])


def test_a_phrase_that_is_mostly_not_marked_scores_low(taught: Dictionary) -> None:
    (said,) = taught.suggest([Chart("x", (Note("x", "Masas."),))])
    assert said[0].code == "R19" and said[0].score == pytest.approx(1 / 11)
    assert said[0].score < taught.threshold
    assert {one.code for one in said} == {"M54", "R52", "R10", "R19"}  # frequent codes end the list, without evidence
    assert not any(one.evidence for one in said[1:])


def test_nothing_marked_says_nothing() -> None:
    system = Dictionary()
    system.fit([Chart("a", (Note("a", "Fever."),), {"R50.9": ()})] * 6)
    (said,) = system.suggest([Chart("x", (Note("x", "Fever."),))])
    assert [one.code for one in said] == ["R50.9"] and said[0].score < system.threshold
