"""Decisions that are not trained on: one coder against all others."""

from nlp.icd.learning.sound import sound
from tests.nlp.icd.learning.test_votes import mark

TWO = [mark("ann"), mark("bob")]


def test_one_against_two_is_not_trained_on() -> None:
    assert sound([*TWO, mark("mal", agrees=False)]) == [True, True, False]


def test_a_code_that_nobody_else_gives_a_settled_phrase_is_not_trained_on() -> None:
    assert sound([*TWO, mark("mal", code="Z99")]) == [True, True, False]
    assert sound([*TWO, mark("mal", code="Z99"), mark("cid", code="Z99")]) == [True] * 4


def test_where_nothing_is_settled_everybody_is_believed() -> None:
    assert sound([mark("ann"), mark("mal", agrees=False), mark("cid", code="Z99")]) == [True] * 3
