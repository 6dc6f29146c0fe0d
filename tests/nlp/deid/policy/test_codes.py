"""Public codes and units: what is one, and what only stands in the place of one."""

import pytest

from nlp.deid.policy import knowledge
from nlp.deid.policy.codes import Systems, Verdict
from nlp.deid.policy.units import is_unit

LOINC, SNOMED, RXNORM = "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
HL7 = "http://terminology.hl7.org/CodeSystem/"


@pytest.mark.parametrize(
    ("system", "code", "verdict"),
    [
        (LOINC, "8302-2", Verdict.YES),
        (LOINC, "8302-3", Verdict.NO),  # check digit
        (LOINC, "LA6576-8", Verdict.YES),
        (LOINC, "123-45-6789", Verdict.NO),
        (LOINC, "Zebulon", Verdict.NO),
        (SNOMED, "22298006", Verdict.YES),
        (SNOMED, "22298007", Verdict.NO),
        (RXNORM, "860975", Verdict.YES),
        (RXNORM, "5551234567", Verdict.NO),
        ("http://hl7.org/fhir/sid/icd-10-cm", "E11.65", Verdict.YES),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "0DTJ4ZZ", Verdict.YES),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "5551234", Verdict.NO),
        ("http://unitsofmeasure.org", "mg/dL", Verdict.YES),
        ("http://unitsofmeasure.org", "Zebulon", Verdict.NO),
        (HL7 + "condition-clinical", "active", Verdict.YES),
        (HL7 + "condition-clinical", "Zebulon", Verdict.NO),
        (HL7 + "v3-RoleCode", "HOSP", Verdict.READ),
        (HL7 + "v3-RoleCode", "Mrs Smith", Verdict.NO),
        (HL7 + "Zebulon Quagmire", "HOSP", Verdict.NO),
        ("http://hospital.example/codes", "A1", Verdict.NO),
        ("", "A1", Verdict.NO),
        (None, "A1", Verdict.NO),
        (LOINC, None, Verdict.NO),
    ],
)
def test_a_code_passes_when_it_looks_like_one_of_a_public_system(
    system: str | None, code: str | None, verdict: Verdict
) -> None:
    assert Systems().judge(system, code) is verdict


def test_a_policy_may_name_systems_of_its_own() -> None:
    ours = Systems({"http://hospital.example/labs": {"shape": r"\d{5}"}})
    assert ours.judge("http://hospital.example/labs", "50912") is Verdict.YES
    assert ours.judge("http://hospital.example/labs", "5091") is Verdict.NO


@pytest.mark.parametrize(
    "unit",
    [
        "mg/dL",
        "mm[Hg]",
        "10*3/uL",
        "{score}",
        "kg/m2",
        "%",
        "/min",
        "mL/min/{1.73_m2}",
        "U/L",
        "meq/L",
        "beats/min",
        "[degF]",
        "10*6/uL",
        "mmol/L",
        "years",
    ],
)
def test_units(unit: str) -> None:
    assert is_unit(unit)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "Smith",
        "555-1234",
        "John",
        "Boston",
        "Mary",
        "{Smith}",
        "mg/Smith",
        "02139",
        "05/12/1967",
        "192.168.10.14",
        "m" * 50,
    ],
)
def test_what_is_no_unit(word: str) -> None:
    assert not is_unit(word)


@pytest.mark.parametrize("rule", ["restricted", "part2", "psychotherapy"])
def test_codes_that_withhold_are_codes_of_their_systems(rule: str) -> None:
    said = knowledge.read("sensitive")[rule].get("types") or {}
    wrong = [code for system, codes in said.items() for code in codes if not Systems().judge(system, str(code))]
    assert wrong == []


def test_small_areas_are_those_of_both_censuses() -> None:
    said = knowledge.read("zip3")
    assert (len(said[2000]), len(said[2010])) == (17, 16)
    assert {"036", "893", "205"} <= knowledge.small_areas()
