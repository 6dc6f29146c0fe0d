"""Rule files are read strictly: what is wrong in one is said with its file and rule."""

import pytest

from contract.errors import ConfigError
from nlp.deid.rules.rule import fill, parse, rule_set


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_names_of_rules_are_unique(language: str) -> None:
    names = [rule.name for rule in rule_set(language).rules]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": "x", "label": "MRN"}, "needs one of"),
        ({"name": "x", "label": "NAME", "find": "a"}, "needs one of"),
        ({"name": "x", "label": "MRN", "find": "(a"}, "rule x"),
        ({"name": "x", "label": "MRN", "find": "a", "chek": "day"}, "chek"),
        ({"name": "x", "label": "MRN", "find": "a", "check": "no"}, "'no'"),
        ({"name": "x", "label": "MRN", "find": "a", "begins": "page"}, "page"),
    ],
)
def test_a_wrong_rule_is_told(said: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        parse(said, {}, "en.yaml")


def test_an_unknown_part_is_told() -> None:
    with pytest.raises(ConfigError, match="%NO%"):
        fill("a%NO%", {"YES": "b"})


def test_an_unknown_language_is_told() -> None:
    with pytest.raises(ConfigError, match="known: en, es, zh"):
        rule_set("fr")
