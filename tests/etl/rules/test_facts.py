"""Invariants as data: every rule has a case, an action and a sentence; what names no column is refused."""

from pathlib import Path

import pytest
import yaml

from contract.errors import MappingError
from etl.rules import facts
from etl.rules.check import MESSAGES
from etl.rules.facts import invariants, messages, parse, severities
from etl.rules.policy import policy

CASES = Path(__file__).parents[2] / "cases"


def test_every_invariant_has_a_case_and_an_action() -> None:
    told = {case["about"] for case in yaml.safe_load((CASES / "invariants.yaml").read_text(encoding="utf-8"))}
    assert set(severities()) == told
    assert set(severities()) <= set(policy().actions)


def test_every_rule_with_an_action_says_what_to_do() -> None:
    assert set(policy().actions) == set(MESSAGES) | set(messages())


def test_only_what_contradicts_itself_is_set_aside() -> None:
    rejected = {key for key in severities() if policy().actions[key] == "quarantine"}
    assert rejected == {"per-1", "obs-6"}
    assert all(severities()[key] == "error" for key in rejected)


def test_a_rule_of_a_data_type_holds_wherever_it_stands() -> None:
    assert [rule.key for rule in invariants()["Period"]] == ["per-1"]


def test_unknown_words_are_refused() -> None:
    with pytest.raises(MappingError, match="found whenever; expected any"):
        list(parse("x-1", {"of": ["Period"], "says": "a", "whenever": ["b"]}))


def test_unknown_places_are_refused() -> None:
    rule = next(parse("x-1", {"of": ["Observation.colour"], "says": "a", "any": ["b"]}))
    with pytest.raises(MappingError, match=r"x-1: no element with columns is called 'Observation\.colour'"):
        facts.refuse_unknown({"Observation.colour": [rule]})


def test_a_condition_without_a_column_must_be_known_to_have_none() -> None:
    """A word misspelt would be looked for in the resource and believed."""
    parts = facts.parts()
    lacking = {
        (rule.key, each.element)
        for rules in invariants().values()
        for rule in rules
        for each in (*rule.when, *rule.any, *rule.none, *rule.same)
        if not each.element.endswith("[x]") and each.element not in parts[rule.at]
    }
    assert lacking == {("pat-1", "organization")}


def test_every_rule_is_on_its_page() -> None:
    page = (CASES.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [rule for rule in policy().actions if f"| {rule} |" not in page and f"`{rule}`" not in page] == []
