"""What stays behind: opt-outs, persons without secrets, marked rows, and what hangs on them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from nlp.deid.policy.release import Release
from tests.nlp.deid.policy.persons import rows

V3 = "http://terminology.hl7.org/CodeSystem/v3-"
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"


def labelled(system: str, code: str) -> str:
    return json.dumps({"meta": {"security": [{"system": system, "code": code}]}})


def kept(
    release: Callable[..., Release], shard: dict[str, list[dict[str, Any]]], policy: str = "research"
) -> dict[str, int]:
    tables = {f"phi/{'fhir/' if name[0].isupper() else ''}{name}": rows(name, said) for name, said in shard.items()}
    gate = release(policy, tables)
    return {name.split("/")[-1]: len(gate.table(name, held)) for name, held in tables.items()}


@pytest.mark.parametrize("subject", [3, 99])  # has opted out; has no secret
def test_nothing_of_such_a_person_passes(subject: int, release: Callable[..., Release]) -> None:
    said = {
        "Condition": [{"id": "c", "subject_id": subject}],
        "notes": [{"note_id": "n", "subject_id": subject, "text": "x"}],
    }
    assert kept(release, said) == {"Condition": 0, "notes": 0}


@pytest.mark.parametrize(
    ("system", "code", "passes"),
    [
        (V3 + "Confidentiality", "R", 0),
        (V3 + "Confidentiality", "V", 0),
        (V3 + "Confidentiality", "N", 1),
        (V3 + "ActCode", "ETH", 0),
        (V3 + "ActCode", "42CFRPart2", 0),
        (V3 + "ActCode", "PSYTHPN", 0),
        ("http://hospital.example", "R", 1),
    ],
)
def test_security_labels(system: str, code: str, passes: int, release: Callable[..., Release]) -> None:
    assert kept(release, {"Condition": [{"id": "c", "resource_json": labelled(system, code)}]}) == {"Condition": passes}


def test_a_label_that_cannot_be_read_withholds(release: Callable[..., Release]) -> None:
    assert kept(release, {"Condition": [{"id": "c", "resource_json": '{"meta": {"security": [{'}]}) == {"Condition": 0}


def test_a_marked_patient_withholds_the_person(release: Callable[..., Release]) -> None:
    marked = {"id": "p", "resource_json": labelled(V3 + "Confidentiality", "V")}
    assert kept(release, {"Patient": [marked], "Condition": [{"id": "c"}]}) == {"Patient": 0, "Condition": 0}


REHAB = {"coding": [{"system": SNOMED, "code": "56876005"}]}


def test_a_withheld_encounter_takes_along_what_refers_to_it(release: Callable[..., Release]) -> None:
    visit = {"encounter": {"reference": "Encounter/e1"}}
    said: dict[str, list[dict[str, Any]]] = {
        "Encounter": [
            {"id": "e1", "type": [REHAB]},
            {"id": "e2"},
            {"id": "e3", "partOf": {"reference": "Encounter/e1"}},
        ],
        "Condition": [{"id": "c1", **visit}, {"id": "c2", "encounter": {"reference": "urn:uuid:e1"}}, {"id": "c3"}],
        "DiagnosticReport": [{"id": "r", **visit, "result": [{"reference": "Observation/o1"}]}],
        "Observation": [{"id": "o1"}, {"id": "o2"}],
        "MedicationAdministration": [{"id": "m", "context": {"reference": "https://ehr.example/Encounter/e3"}}],
        "DocumentReference": [{"id": "d", "context": {"encounter": [{"reference": "Encounter/e1"}]}}, {"id": "d2"}],
        "notes": [{"note_id": n, "text": "x"} for n in ("d", "d.2", "DiagnosticReport.r", "d2", "d2.1")]
        + [{"note_id": "z", "encounter_id": "e3", "text": "x"}],
        "timeline": [{"code": "MEDS_BIRTH", "fhir_id": f} for f in ("Observation/o1", "Observation/o2", "Encounter/e1")]
        + [{"code": "NOTE//other", "text_value": n} for n in ("d.2", "d2.1")]
        + [{"code": "MEDS_DEATH", "encounter_id": e} for e in ("e1", "e2")],
    }
    assert kept(release, said) == {
        "Encounter": 1, "Condition": 1, "DiagnosticReport": 0, "Observation": 1, "MedicationAdministration": 0,
        "DocumentReference": 1, "notes": 2, "timeline": 3,
    }  # fmt: skip


DOCUMENTS = [
    ({"coding": [{"system": LOINC, "code": "34857-3"}]}, 0),
    ({"text": "Psychotherapy session note"}, 0),
    ({"coding": [{"display": "PSYCHOTHERAPY NOTE"}]}, 0),
    ({"text": "Methadone clinic visit"}, 0),
    ({"text": "Progress note"}, 1),
    ({"text": "Social history: alcohol"}, 1),
]


@pytest.mark.parametrize(("kind", "passes"), DOCUMENTS)
def test_documents_by_their_type(kind: dict[str, Any], passes: int, release: Callable[..., Release]) -> None:
    said = {"DocumentReference": [{"id": "d", "type": kind}], "notes": [{"note_id": "d", "text": "x"}]}
    assert kept(release, said) == {"DocumentReference": passes, "notes": passes}


def test_rows_of_no_person_stay_behind(release: Callable[..., Release]) -> None:
    assert kept(release, {"Observation": [{"id": "o", "subject_id": None}]}) == {"Observation": 0}


def test_what_is_withheld_is_counted_by_rule(release: Callable[..., Release]) -> None:
    held = {"phi/fhir/Encounter": rows("Encounter", [{"id": "e1", "type": [REHAB]}, {"id": "e2", "subject_id": 3}])}
    gate = release("research", held)
    gate.table("phi/fhir/Encounter", held["phi/fhir/Encounter"])
    assert [(r["subject_id"], r["action"], r["values"]) for r in gate.account.to_pylist()] == [
        (1, "withhold: part2", 1),
        (3, "withhold: opt-out", 1),
    ]


def test_a_policy_may_withhold_less(release: Callable[..., Release], tmp_path: Any) -> None:
    (tmp_path / "open.yaml").write_text("extends: research\nwithhold: [opt-out]")
    assert kept(release, {"Encounter": [{"id": "e", "type": [REHAB]}]}, str(tmp_path / "open.yaml")) == {"Encounter": 1}
