"""Figures of relations against counts made by hand."""

import pytest

from eval.relations import Answer, Sentence, counts, estimated

LABELS = ("DRUG", "EFFECT")
DRUG, RASH, FEVER = (0, 4, "DRUG"), (9, 13, "EFFECT"), (20, 25, "EFFECT")
TRUTH = [
    Sentence("a", frozenset({DRUG, RASH, FEVER}), frozenset({(0, 4, 9, 13), (0, 4, 20, 25)})),
    Sentence("a"),
    Sentence("b", frozenset({DRUG, RASH}), frozenset({(0, 4, 9, 13)})),
    Sentence("b"),
]


def measured(answers: list[Answer]) -> dict[str, float]:
    return {name: each.value for name, each in estimated(*counts(TRUTH, answers, LABELS), LABELS).items()}


def test_the_truth_is_perfect() -> None:
    found = measured([Answer(each.spans, each.relations, bool(each.relations)) for each in TRUTH])
    assert found == {"macro_f1": 1, "drug_f1": 1, "effect_f1": 1, "relation_f1": 1, "natural_relation_f1": 1,
                     "false_pairs_per_1000": 0, "sentence_kappa": 1}  # fmt: skip


def test_errors_count_where_they_stand() -> None:
    near = (9, 12, "EFFECT")
    found = measured([
        Answer(frozenset({DRUG, RASH}), frozenset({(0, 4, 9, 13)}), True),
        Answer(frozenset({DRUG, RASH}), frozenset({(0, 4, 9, 13), (0, 4, 14, 15)}), True),  # spans here are not judged
        Answer(frozenset({DRUG, near}), frozenset({(0, 4, 9, 12)}), False),
        Answer(telling=False),
    ])  # fmt: skip
    assert found["drug_f1"] == 1
    assert found["effect_f1"] == pytest.approx(2 * 1 / (2 + 3))
    assert found["relation_f1"] == pytest.approx(2 * 1 / (2 + 3))
    assert found["natural_relation_f1"] == pytest.approx(2 * 1 / (4 + 3))
    assert found["false_pairs_per_1000"] == 1000
    assert found["sentence_kappa"] == pytest.approx(0)


def test_nobody_was_asked_about_sentences() -> None:
    found = measured([Answer()] * 4)
    assert found["relation_f1"] == 0
    assert found["sentence_kappa"] != found["sentence_kappa"]  # not a number


def test_intervals_hold_their_figure() -> None:
    answers = [Answer(TRUTH[0].spans, TRUTH[0].relations, True), *[Answer(telling=False)] * 3]
    of = estimated(*counts(TRUTH, answers, LABELS), LABELS)["relation_f1"]
    assert of.low <= of.value <= of.high


def test_what_is_said_where_a_relation_is_known_counts_on_sentences_that_have_one() -> None:
    shut = [Answer(each.spans, known=each.relations) for each in TRUTH]
    shut[1] = Answer(known=frozenset({(1, 2, 3, 4)}))  # nobody knows of a relation here
    found = measured(shut)
    assert found["relation_f1"] == 1 and found["natural_relation_f1"] == 0 and found["false_pairs_per_1000"] == 0
