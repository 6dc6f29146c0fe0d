"""Policies: every element is decided about, the most specific rule holds, and wrong files are refused."""

from pathlib import Path

import pytest

from contract.errors import ConfigError
from nlp.deid.policy.policy import SHIPPED, load


@pytest.mark.parametrize("name", SHIPPED)
def test_every_element_of_every_table_is_decided_about(name: str) -> None:
    undecided = [f"{table}.{leaf.path}" for table, leaf, action in load(name).leaves() if not action.rule]
    assert undecided == []


def test_what_no_rule_names_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text("rules: {tables: {Patient: {gender: keep}}}")
    policy = load(tmp_path / "small.yaml")
    assert policy.decide("phi/fhir/Patient", "gender").verb == "keep"
    assert policy.decide("phi/fhir/Patient", "birthDate").label == "drop: no rule"


@pytest.mark.parametrize(
    ("table", "path", "action"),
    [
        ("Patient", "name.family", "render family"),  # a data type
        ("Patient", "contact.name.family", "render family"),  # within an element
        ("Practitioner", "name.family", "drop"),  # a table before a data type
        ("Patient", "address.extension.valueString", "drop"),  # the outer data type before the inner one
        ("Patient", "identifier.value", "render identifier"),
        ("Observation", "recorded", "drop"),
        ("Observation", "identifier.value", "drop"),
        ("CarePlan", "description", "text"),  # a pattern
        ("Observation", "valueQuantity.value", "keep"),  # a primitive
        ("Observation", "effectiveDateTime", "shift"),
        ("Observation", "subject.reference", "rekey reference"),
        ("phi/timeline", "time", "shift"),
    ],
)
def test_the_most_specific_rule_holds(table: str, path: str, action: str) -> None:
    assert str(load("research").decide(table, path)) == action


def test_a_policy_extends_another(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("extends: limited\nrules: {tables: {Patient: {gender: drop}}}")
    policy = load(tmp_path / "ours.yaml")
    assert (policy.dates, policy.decide("Patient", "gender").verb) == ("as-is", "drop")
    assert policy.decide("Patient", "name.family").verb == "drop"
    assert policy.digest != load("limited").digest


def test_the_digest_stays_and_tells_policies_apart() -> None:
    assert load("research").digest == load("research").digest
    assert len({load(name).digest for name in SHIPPED}) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: {tables: {Patient: {shoeSize: keep}}}", "no element 'shoeSize'"),
        ("rules: {tables: {Patients: {gender: keep}}}", "Patients"),
        ("rules: {tables: {Patient: {gender: retain}}}", "no action"),
        ("rules: {tables: {Patient: {gender: keep colours}}}", "no action"),
        ("rules: {tables: {Organization: {name: keep}}}", "would pass unread"),
        ("rules: {types: {Narrative: {div: drop}}}", "fits no element"),
        ("rules: {types: {HumanName: {nickname: drop}}}", "fits no element"),
        ("rules: {primitives: {xhtml: drop}}", "fits no element"),
        ("rules: {anywhere: {'*.nickname': drop}}", "fits no element"),
        ("rules: {kinds: {}}", "none of primitives"),
        ("dates: months", "none of weeks"),
        ("withhold: [gossip]", "none of opt-out"),
        ("dated: weeks", "'dated' is unknown"),
        ("embeddings: maybe", "none of keep"),
    ],
)
def test_a_policy_that_cannot_mean_what_it_says_is_refused(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(text)
    with pytest.raises(ConfigError, match=told):
        load(tmp_path / "wrong.yaml")


def test_unknown_names_are_told() -> None:
    with pytest.raises(ConfigError, match="research"):
        load("resaerch")
    with pytest.raises(ConfigError, match="no element"):
        load("research").decide("Patient", "name.nickname")
    with pytest.raises(ConfigError, match="no policy decides"):
        load("research").decide("phi/quarantine", "raw")
