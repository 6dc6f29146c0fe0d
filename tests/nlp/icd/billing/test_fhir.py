"""Codes as FHIR: what resources say, and that they are R4."""

from typing import Any

import orjson
import pyarrow as pa
import pytest
from fhir.resources.R4B import get_fhir_model_class

from etl.fhir.tables import from_json
from etl.rules.check import check
from nlp.icd.billing import fhir
from tests.nlp.icd.billing.cases import act, stay

NOW = "2026-03-02T01:00:00Z"
ACTS = (act(1, "accept", "I50.9"), act(2, "accept", "E11.9"), act(3, "reject", "E11.9"), act(4, "add", "Z51.5"))


def made(*acts: Any, **said: Any) -> list[dict[str, Any]]:
    return list(fhir.resources(stay(*acts, **said), NOW))


def one(found: list[dict[str, Any]], kind: str, code: str) -> dict[str, Any]:
    (held,) = [r for r in found if r["resourceType"] == kind and r["code"]["coding"][0]["code"] == code]
    return held


def provenance(found: list[dict[str, Any]], target: dict[str, Any]) -> dict[str, Any]:
    name = f"{target['resourceType']}/{target['id']}"
    (held,) = [r for r in found if r["resourceType"] == "Provenance" and r["target"] == [{"reference": name}]]
    return held


def status(resource: dict[str, Any]) -> str:
    return str(resource["verificationStatus"]["coding"][0]["code"])


def test_a_suggestion_is_unconfirmed_and_says_who_made_it() -> None:
    found = made()
    condition = one(found, "Condition", "I50.9")
    assert status(condition) == "unconfirmed" and "recordedDate" not in condition
    assert condition["code"]["coding"][0]["system"] == "http://hl7.org/fhir/sid/icd-10-cm"
    assert condition["evidence"] == [{"detail": [{"reference": "DocumentReference/n1", "display": "characters 5-9"}]}]
    assert "score 0.900, pre-accept" in condition["note"][0]["text"]
    said = provenance(found, condition)
    assert said["recorded"] == NOW and said["entity"][0]["what"]["reference"] == "DocumentReference/n1"
    assert [agent["who"] for agent in said["agent"]] == [{"reference": "#artifact"}]
    assert said["contained"][0]["deviceName"][0]["name"] == "chartloom icd-abc"
    assert not [r for r in found if r["resourceType"] == "Encounter"]


def test_an_accepted_code_is_confirmed_by_a_person_and_stands_in_the_encounter() -> None:
    found = made(*ACTS)
    condition = one(found, "Condition", "I50.9")
    assert status(condition) == "confirmed" and condition["recordedDate"] == "2026-03-01T09:01:00Z"
    agents = provenance(found, condition)["agent"]
    assert agents[1]["who"] == {"type": "Practitioner", "display": "ann"}
    (encounter,) = [r for r in found if r["resourceType"] == "Encounter"]
    assert [(d["condition"]["reference"], d["rank"]) for d in encounter["diagnosis"]] == [
        (f"Condition/{condition['id']}", 1), (f"Condition/{one(found, 'Condition', 'Z51.5')['id']}", 2)
    ]  # fmt: skip
    assert encounter["diagnosis"][0]["use"]["coding"][0]["code"] == "billing" and encounter["period"]


def test_an_added_code_has_an_author_and_no_artifact() -> None:
    found = made(*ACTS)
    said = provenance(found, one(found, "Condition", "Z51.5"))
    assert "contained" not in said and said["agent"][0]["type"]["coding"][0]["code"] == "author"


def test_a_withdrawn_code_is_an_error() -> None:
    assert status(one(made(*ACTS), "Condition", "E11.9")) == "entered-in-error"


def test_a_procedure() -> None:
    accepted = act(1, "accept", "BW03ZZZ", system="ICD-10-PCS")
    assert one(made(), "Procedure", "BW03ZZZ")["status"] == "unknown"
    procedure = one(made(accepted), "Procedure", "BW03ZZZ")
    assert procedure["status"] == "completed" and procedure["report"] == [{"reference": "DocumentReference/n1"}]


def test_diagnoses_of_the_source_stay_in_the_encounter() -> None:
    before = {"condition": {"reference": "Condition/own"}}
    encounter = {**stay().encounter, "diagnosis": [before]}
    (found,) = [r for r in made(*ACTS, encounter=encounter) if r["resourceType"] == "Encounter"]
    assert found["diagnosis"][0] == before and len(found["diagnosis"]) == 3


def test_a_note_without_encounter_points_at_none() -> None:
    found = made(*ACTS, encounter={})
    assert not [r for r in found if "encounter" in r or r["resourceType"] == "Encounter"]


@pytest.mark.parametrize("acts", [(), ACTS])
def test_resources_are_r4(acts: tuple[Any, ...]) -> None:
    found = made(*acts)
    assert {r["resourceType"] for r in found} >= {"Condition", "Procedure", "Provenance"}
    for resource in found:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_resources_keep_our_own_rules() -> None:
    found = made(*ACTS)
    shard: dict[str, Any] = {}
    for kind in sorted({r["resourceType"] for r in found}):
        parsed = from_json(kind, [orjson.dumps(r) for r in found if r["resourceType"] == kind])
        assert not len(parsed.rejected)
        shard[f"phi/fhir/{kind}"] = parsed.table.append_column("subject_id", pa.array([1] * len(parsed.table)))
    checked = check(shard)
    assert checked.quarantine.to_pylist() == []
    assert {rule for element, rule, _ in checked.warnings if not element.startswith("Encounter.")} <= {
        "reference-absent"
    }


def test_principal_admitting_and_present_on_admission_stand_in_the_encounter() -> None:
    acts = [act(1, "accept", "I50.9", after={"poa": "Y"}), act(2, "accept", "E11.9"), act(3, "principal", "E11.9"),
            act(4, "admitting", "I50.9"), act(5, "poa", "E11.9", after={"poa": "N"})]  # fmt: skip
    found = made(*acts, suggested=False)
    (encounter,) = [r for r in found if r["resourceType"] == "Encounter"]
    names = {f"Condition/{r['id']}": r["code"]["coding"][0]["code"] for r in found if r["resourceType"] == "Condition"}
    told = [
        (
            names[d["condition"]["reference"]],
            d["use"]["coding"][0]["code"],
            d.get("rank"),
            [each["valueCodeableConcept"]["coding"][0]["code"] for each in d.get("extension", ())],
        )
        for d in encounter["diagnosis"]
    ]
    assert told == [("E11.9", "billing", 1, ["N"]), ("I50.9", "billing", 2, ["Y"]), ("I50.9", "AD", None, [])]
    assert get_fhir_model_class("Encounter").model_validate(encounter)


def test_words_that_the_coder_marked_are_evidence() -> None:
    span = {"note_id": "n1", "start": 40, "end": 52, "source": "coder", "weight": 1.0}
    found = made(act(1, "add", "Z51.5", evidence=[span]), act(2, "accept", "I50.9", evidence=[span]))
    places = [one(found, "Condition", code)["evidence"][0]["detail"][0]["display"] for code in ("Z51.5", "I50.9")]
    assert places == ["characters 40-52", "characters 40-52, 5-9"]
