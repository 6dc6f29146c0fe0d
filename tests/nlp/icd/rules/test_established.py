"""What a mention establishes. Case by case in bench/icd_rules_cases.yaml; here what the cases cannot say."""

import pytest

from nlp.icd.rules.established import CODE, Mention, established, provider


@pytest.mark.parametrize(
    "role", ["", "attending physician", "Resident", "MD", "nurse practitioner", "PA-C", "unheard of"]
)
def test_providers(role: str) -> None:
    assert provider(role)


@pytest.mark.parametrize("role", ["nurse", "RN", "Registered Nurse", "dietitian", "social worker", "medical student"])
def test_others(role: str) -> None:
    assert not provider(role)


def test_a_plain_mention_is_coded() -> None:
    assert established(Mention("J18.9")) == CODE
    assert established(Mention("J18.9", "negated", country="ES")) == CODE


def test_a_verdict_names_its_section_and_what_to_code_instead() -> None:
    verdict = established(Mention("C50.911", "historical"))
    assert (verdict.action, verdict.source, verdict.instead) == ("history-code", "I.C.21.c.4", ("Z85.3",))
    verdict = established(Mention("J09.X2", uncertain="suspected", setting="inpatient", note_kind="discharge summary"))
    assert (verdict.action, verdict.source, verdict.instead) == ("do-not-code", "I.C.10.c", ("J11",))
    assert '"suspected"' in verdict.text


def test_who_wrote_it_comes_before_what_is_asserted() -> None:
    assert established(Mention("J18.9", "historical", author_role="nurse")).rule == "provider-only"
