"""FHIR rows through the research policy: what passes, moves, is re-keyed, rendered, read and dropped."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import StageError
from nlp.deid.keys import rekey
from nlp.deid.policy.policy import load
from nlp.deid.policy.release import Release
from tests.nlp.deid.policy.persons import NAME, SECRETS, Drawn, read, rows

Opened = Callable[..., list[dict[str, Any]]]
LOINC = "http://loinc.org"
OWN, LAKE = b"a" * 16, b"k" * 16


PATIENT = {
    "id": "p1",
    "gender": "female",
    "birthDate": "1980-05-17",
    "name": [
        {
            "use": "official",
            "family": "Quagmire",
            "given": ["Ann", "Bea"],
            "prefix": ["Mrs."],
            "text": "Ann",
        }
    ],
    "telecom": [
        {"system": "phone", "value": "555-0101"},
        {"system": "email", "value": "a@b.c"},
        {"value": "me"},
    ],
    "address": [{"line": ["1 Elm St"], "city": "Bedford", "state": "MA", "postalCode": "01730", "district": "X"}],
    "identifier": [{"system": "http://hospital.example", "value": "0012345"}],
}


def test_names_addresses_and_numbers_become_surrogates(opened: Opened) -> None:
    [row] = opened("Patient", [PATIENT])
    assert row["name"] == [
        {
            "use": "official",
            "family": "family1",
            "given": ["given1female"] * 2,
            "prefix": ["Mrs."],
            "suffix": None,
            "text": None,
            "period": None,
        }
    ]
    assert [t["value"] for t in row["telecom"]] == ["phone1", "email1"]
    [address] = row["address"]
    assert (address["line"], address["city"], address["state"], address["postalCode"]) == (
        ["line1"],
        "city1",
        "MA",
        "zip1",
    )
    assert (address["district"], address["text"]) == (None, None)
    assert (row["identifier"][0]["system"], row["identifier"][0]["value"]) == (None, "number1")
    assert (row["id"], row["subject_id"], row["birthDate"]) == (rekey(OWN, "Patient", "p1"), 1001, "1980-05-31")


def test_public_codes_and_numbers_stay_and_texts_are_read(opened: Opened) -> None:
    [row] = opened(
        "Observation",
        [
            {
                "id": "o1",
                "status": "final",
                "code": {
                    "coding": [
                        {"system": LOINC, "code": "8302-2", "display": f"Height of {NAME}", "version": "2.68"},
                        {"system": "http://hospital.example/labs", "code": NAME, "display": NAME},
                    ],
                    "text": f"{NAME}'s height",
                },
                "valueQuantity": {"value": 178.25, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"},
                "effectiveDateTime": "2020-03-01T08:30:00-05:00",
                "valueString": "unreadable",
                "note": [{"text": f"seen by {NAME}", "authorString": NAME, "time": "2020-03-01"}],
                "resource_json": NAME,
            }
        ],
    )
    [coding] = row["code"]["coding"]
    assert coding == {"system": LOINC, "version": None, "code": "8302-2", "display": "Height of ***"}
    assert row["code"]["text"] == "***'s height"
    assert row["valueQuantity"] == {
        "value": 178.25,
        "comparator": None,
        "unit": "cm",
        "system": "http://unitsofmeasure.org",
        "code": "cm",
    }
    assert (row["status"], row["effectiveDateTime"]) == ("final", "2020-03-15T08:30:00-05:00")
    assert row["note"] == [{"authorString": None, "time": "2020-03-15", "text": "seen by ***"}]
    assert {"valueString", "resource_json", "source"} & row.keys() == set()


def test_shared_rows_lose_their_names_and_are_keyed_by_the_lake(opened: Opened) -> None:
    doctor = {
        "id": "d1",
        "subject_id": None,
        "name": [{"family": NAME}],
        "telecom": [{"system": "phone", "value": "555"}],
        "identifier": [{"value": "1"}],
        "gender": "male",
        "birthDate": "1960-01-01",
    }
    assert opened("Practitioner", [doctor]) == [{"id": rekey(LAKE, "Practitioner", "d1"), "gender": "male"}]
    [row] = opened(
        "Encounter",
        [{"id": "e", "participant": [{"individual": {"reference": "Practitioner/d1", "display": NAME}}]}],
        beside={"Practitioner": [doctor]},
    )
    individual = row["participant"][0]["individual"]
    assert individual == {
        "reference": f"Practitioner/{rekey(LAKE, 'Practitioner', 'd1')}",
        "type": None,
        "display": None,
    }


def test_extensions_pass_by_their_url(opened: Opened) -> None:
    race = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
    sex = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
    cdc = "urn:oid:2.16.840.1.113883.6.238"
    said = [
        {
            "url": race,
            "extension": [
                {"url": "ombCategory", "valueCoding": {"system": cdc, "code": "2106-3"}},
                {"url": NAME, "valueString": NAME},
            ],
        },
        {"url": sex, "valueCode": "F"},
        {"url": sex, "valueCode": NAME},
        {"url": f"http://example.org/{NAME}", "valueString": NAME},
        {"url": None, "valueString": NAME},
        {"url": race, "extension": []},
    ]
    [row] = opened("Patient", [{"id": "p", "extension": said}])
    assert [(e["url"], e["valueCode"]) for e in row["extension"]] == [
        (race, None),
        (sex, "F"),
        (sex, None),
        (race, None),
    ]
    assert [inner["url"] for inner in row["extension"][0]["extension"]] == ["ombCategory"]
    assert NAME not in str(row)


def test_empty_lists_nulls_and_long_lists(opened: Opened) -> None:
    said = [{"id": "a", "given": None}, {"id": "b"}]
    many = [{"family": f"F{n}", "given": []} for n in range(10_000)]
    found = opened("Patient", [{"id": r["id"], "name": many if r["id"] == "a" else []} for r in said])
    assert sorted(len(row["name"] or []) for row in found) == [0, 10_000]


def test_the_account_counts_every_value(release: Callable[..., Release]) -> None:
    shard = {
        "phi/fhir/Condition": rows(
            "Condition", [{"id": "c", "recordedDate": d, "onsetString": "x"} for d in ("2020", "soon")]
        )
    }
    gate = release("research", shard)
    gate.table("phi/fhir/Condition", shard["phi/fhir/Condition"])
    found = {(r["element"], r["action"]): r["values"] for r in gate.account.to_pylist()}
    assert found == {
        ("id", "rekey id"): 2,
        ("subject_id", "rekey subject"): 2,
        ("recordedDate", "shift"): 1,
        ("recordedDate", "drop: no date"): 1,
        ("onsetString", "text"): 2,
        ("source", "drop"): 2,
        ("arrival", "drop"): 2,
    }


def test_slices_of_a_table_are_the_same_rows(release: Callable[..., Release]) -> None:
    said = [
        {
            "id": f"o{n}",
            "code": {"coding": [{"system": LOINC, "code": "8302-2"}]},
            "effectiveDateTime": f"2020-01-{n + 1:02}",
        }
        for n in range(9)
    ]
    whole = rows("Observation", said)
    gate = release("research", {"phi/fhir/Observation": whole})
    alone = {row["id"]: row for row in gate.table("phi/fhir/Observation", whole.slice(3, 4)).to_pylist()}
    every = {row["id"]: row for row in gate.table("phi/fhir/Observation", whole).to_pylist()}
    assert len(alone) == 4
    assert all(every[key] == row for key, row in alone.items())


def test_other_types_do_not_pass(release: Callable[..., Release]) -> None:
    other = rows("Other", [{"id": "q", "resourceType": "Questionnaire", "resource_json": NAME}])
    gate = release("research", {"phi/fhir/Other": other})
    assert len(gate.table("phi/fhir/Other", other)) == 0
    assert sum(r["values"] for r in gate.account.to_pylist() if r["element"] == "resource_json") == 1


def test_the_shard_comes_first() -> None:
    with pytest.raises(StageError, match="withheld"):
        Release(load("research"), SECRETS, Drawn, LAKE, read).table("phi/fhir/Patient", pa.table({"id": ["x"]}))


def test_a_number_of_the_persons_own_is_no_code(opened: Opened) -> None:
    rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
    drug = {"coding": [{"system": rxnorm, "code": "483920"}, {"system": rxnorm, "code": "860975"}]}
    patient = {"id": "p", "identifier": [{"value": "483920"}]}
    said = [
        {"id": "m", "medicationCodeableConcept": drug},
        {"id": "n", "medicationCodeableConcept": drug, "subject_id": 2},
    ]
    found = {row["subject_id"]: row for row in opened("MedicationRequest", said, beside={"Patient": [patient]})}
    codes = {s: [c["code"] for c in row["medicationCodeableConcept"]["coding"]] for s, row in found.items()}
    assert codes == {1001: [None, "860975"], 1002: ["483920", "860975"]}
    events = [{"code": "RXNORM//483920//ORDER"}, {"code": "RXNORM//483920//ORDER", "subject_id": 2}]
    assert [row["subject_id"] for row in opened("timeline", events, beside={"Patient": [patient]})] == [1002]


def test_texts_that_layers_have_read_are_taken_as_they_are(release: Callable[..., Release]) -> None:
    notes = rows("notes", [{"note_id": "n", "text": NAME, "author_role": NAME}])
    gate = release("research", {"phi/notes": notes})
    [row] = gate.table("phi/notes", notes, read=frozenset({"text"})).to_pylist()
    assert (row["text"], row["author_role"]) == (NAME, "***")


def test_a_note_that_the_layers_withhold_is_no_event(release: Callable[..., Release]) -> None:
    timeline = rows(
        "timeline", [{"code": "NOTE//other", "text_value": "n"}, {"code": "NOTE//other", "text_value": "m"}]
    )
    gate = release("research", {"phi/timeline": timeline})
    gate.withheld({"phi/timeline": timeline}).rows[1, "note", "n"] = "cannot be read"
    assert len(gate.table("phi/timeline", timeline)) == 1


def test_systems_of_a_family_are_read(opened: Opened) -> None:
    family = "http://terminology.hl7.org/CodeSystem/"
    said = [
        {"system": family + NAME, "code": "abc"},
        {"system": family + NAME},
        {"system": family + "v3-RoleCode", "code": "HOSP"},
    ]
    [row] = opened("Condition", [{"id": "c", "code": {"coding": said}}])
    assert NAME not in str(row)
    assert {"system": family + "v3-RoleCode", "version": None, "code": "HOSP", "display": None} in row["code"]["coding"]


@pytest.mark.parametrize("name", ["Patient", "Observation", "Practitioner", "Other", "timeline", "notes", "embeddings"])
def test_no_rows_are_no_rows(name: str, opened: Opened) -> None:
    assert opened(name, []) == []
