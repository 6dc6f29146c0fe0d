"""A pattern is tried only where its rule says that it may begin."""

import pytest

from nlp.deid.rules.rule import RuleSet, by_next, by_word, parse
from nlp.deid.rules.search import Search


def found(text: str, **said: object) -> list[str]:
    rules = [parse({"name": "x", "label": "MRN", **said}, {}, "en.yaml")]
    search = Search(text, RuleSet(tuple(rules), by_word(rules), by_next(rules)))
    return [match["v"] for _, match in search.matches()]


def test_words_begin_before_the_anchor_and_are_tried_once() -> None:
    said = {"find": "(?P<v>[a-z]+ key)", "around": ["key"], "back": 8, "begins": "word"}
    assert found("red key, blue key, far far away key", **said) == ["red key", "blue key", "away key"]


def test_lines() -> None:
    assert found("12 a\n b 13\n14 c", find=r"^(?P<v>\d+)") == ["12", "14"]


@pytest.mark.parametrize(("figures", "expected"), [(3, ["123-"]), ([3, 4], ["123-", "1234-"])])
def test_figures_of_a_number(figures: object, expected: list[str]) -> None:
    assert found("12- 123- 1234- 12345-", find=r"\d+-", next="-", figures=figures) == expected
