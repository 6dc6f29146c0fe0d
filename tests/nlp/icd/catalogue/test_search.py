"""Search by words: what is found, in which order, and that quick and plain reckoning agree."""

import numpy as np

from nlp.icd.catalogue.search import BEGUN, Index, _best, words

LINES = [
    ("I50.9", "Heart failure, unspecified"),
    ("I50.1", "Left ventricular failure"),
    ("I11.0", "Hypertensive heart disease with heart failure"),
    ("I10", "Essential hypertension"),
    ("K35.80", "Unspecified acute appendicitis"),
]


def found(text: str, limit: int = 5) -> list[str]:
    return [each.code for each in Index(LINES).search(text, limit)]


def test_all_of_the_query_and_all_of_the_term_come_first() -> None:
    assert found("heart failure")[:2] == ["I50.9", "I11.0"]
    assert found("failure heart") == found("heart failure")


def test_beginnings_of_words() -> None:
    assert set(found("hypert")) == {"I10", "I11.0"}
    assert found("h")[0] in ("I50.9", "I11.0", "I10")


def test_a_whole_word_is_worth_more_than_its_beginning() -> None:
    index = Index([("A", "heart"), ("B", "hearts of oak"), ("C", "heartburn")])
    scores = {each.code: each.score for each in index.search("heart", 3)}
    assert scores["A"] == 1.0
    assert scores["C"] <= BEGUN


def test_misspelt() -> None:
    assert found("apendicitis") == ["K35.80"]
    assert found("zzqqxx") == []


def test_equals_are_answered_in_their_order() -> None:
    index = Index([(f"C{number}", "same words") for number in range(50)])
    assert [each.code for each in index.search("same", 4)] == ["C0", "C1", "C2", "C3"]


def test_the_best_are_those_that_a_stable_sort_finds() -> None:
    draw = np.random.default_rng(3)
    for size in (1, 7, 100):
        scores = draw.integers(0, 5, size).astype(np.float32)
        for most in (1, 5, 60, 200):
            assert _best(scores, most).tolist() == np.argsort(-scores, kind="stable")[:most].tolist()


def test_words_without_accents_and_plural() -> None:
    assert words("Ménière's diseases, types 2") == ["meniere", "disease", "type", "2"]
