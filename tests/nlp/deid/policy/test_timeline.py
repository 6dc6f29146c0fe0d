"""Timeline, notes and embeddings through the gate."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from nlp.deid.keys import rekey
from tests.nlp.deid.policy.persons import NAME

Opened = Callable[..., list[dict[str, Any]]]
OWN = b"a" * 16
DAY, LATER = datetime(2020, 3, 1, 8, 30, 5), datetime(2020, 3, 15, 8, 30, 5)
BESIDE = {"Encounter": [{"id": "e1"}], "Observation": [{"id": "o1"}]}


def test_an_event_moves_and_is_keyed_anew(opened: Opened) -> None:
    said = {
        "time": DAY,
        "code": "LOINC//8302-2",
        "numeric_value": 178.5,
        "unit": "cm",
        "encounter_id": "e1",
        "recorded_time": DAY,
        "precision": "second",
        "fhir_id": "Observation/o1",
        "canonical_value": 178.5,
        "canonical_unit": "cm",
    }
    assert opened("timeline", [said], beside=BESIDE) == [
        {
            "subject_id": 1001,
            "time": LATER,
            "code": "LOINC//8302-2",
            "numeric_value": 178.5,
            "text_value": None,
            "unit": "cm",
            "encounter_id": rekey(OWN, "Encounter", "e1"),
            "recorded_time": LATER,
            "precision": "second",
            "fhir_id": f"Observation/{rekey(OWN, 'Observation', 'o1')}",
            "canonical_value": 178.5,
            "canonical_unit": "cm",
        }
    ]


CODES = [
    ("MEDS_BIRTH", "MEDS_BIRTH"),
    ("GENDER//F", "GENDER//F"),
    ("GENDER//Z", None),
    ("RACE//2106-3", "RACE//2106-3"),
    ("RXNORM//860975//ORDER//END", "RXNORM//860975//ORDER//END"),
    ("RXNORM//860975//Zebulon", None),
    ("SNOMED//22298006", "SNOMED//22298006"),
    ("SNOMED//22298007", None),
    ("HOSPITAL_ADMISSION//IMP", "HOSPITAL_ADMISSION//IMP"),
    ("VISIT_START//Zebulon", "VISIT_START//UNKNOWN"),
    ("HOSPITAL_DISCHARGE//home", "HOSPITAL_DISCHARGE//home"),
    ("HOSPITAL_DISCHARGE//to Zebulon", "HOSPITAL_DISCHARGE//UNKNOWN"),
    ("TRANSFER_TO//ICU", "TRANSFER_TO//ICU"),
    ("TRANSFER_TO//Zebulon", "TRANSFER_TO//UNKNOWN"),
    ("UNIT_ADMISSION//Med-Surg ICU", "UNIT_ADMISSION//Med-Surg ICU"),
    ("UNIT_DISCHARGE//Zebulon", "UNIT_DISCHARGE//UNKNOWN"),
    ("TRANSFER_TO//7f3a-12", "TRANSFER_TO//UNKNOWN"),
    ("IMAGING//CT", "IMAGING//CT"),
    ("NOTE//discharge", "NOTE//discharge"),
    ("UNCODED//Condition", "UNCODED//Condition"),
    ("UNCODED//Zebulon", None),
    ("LOCAL//12345", None),
    ("Zebulon", None),
    ("", None),
]


@pytest.mark.parametrize(("code", "found"), CODES)
def test_codes_of_events(code: str, found: str | None, opened: Opened) -> None:
    assert [row["code"] for row in opened("timeline", [{"code": code, "time": DAY}])] == ([found] if found else [])


ANSWERS = [
    ("LOINC//8302-2", "<0.5", "<0.5"),
    ("LOINC//8302-2", "true", "true"),
    ("LOINC//8302-2", "1.0 - 2.5", "1.0 - 2.5"),
    ("LOINC//8302-2", "1:160", "1:160"),
    ("LOINC//8302-2", "2020-03-01T08:00:00Z", "2020-03-15T08:00:00Z"),
    ("LOINC//8302-2", f"Never, says {NAME}", "Never, says ***"),
    ("LOINC//8302-2", "unreadable", None),
    ("NOTE//discharge", "doc.2", rekey(OWN, "note", "doc.2")),
]


@pytest.mark.parametrize(("code", "text", "found"), ANSWERS)
def test_answers_of_events(code: str, text: str, found: str | None, opened: Opened) -> None:
    [row] = opened("timeline", [{"code": code, "time": DAY, "text_value": text}])
    assert row["text_value"] == found


def test_events_stand_in_the_order_of_time_and_persons_as_they_stood(opened: Opened) -> None:
    said = [
        {"subject_id": 2, "code": "GENDER//F", "time": None},
        {"subject_id": 2, "code": "MEDS_BIRTH", "time": DAY},
        {"subject_id": 1, "code": "SNOMED//22298006", "time": DAY},
        {"subject_id": 1, "code": "LOINC//8302-2", "time": DAY},
    ]
    found = [(row["subject_id"], row["code"]) for row in opened("timeline", said)]
    assert found == [(1002, "GENDER//F"), (1002, "MEDS_BIRTH"), (1001, "LOINC//8302-2"), (1001, "SNOMED//22298006")]


def test_notes(opened: Opened) -> None:
    said = {
        "note_id": "n",
        "encounter_id": "e1",
        "time": DAY,
        "kind": "progress",
        "author_role": NAME,
        "language": "en",
        "text": NAME,
    }
    lost = said | {"note_id": "m", "kind": NAME, "encounter_id": "nowhere"}
    found = {row["note_id"]: row for row in opened("notes", [said, lost], beside=BESIDE)}
    kept = {"subject_id": 1001, "time": LATER, "author_role": "***", "language": "en", "text": "***"}
    one, other = rekey(OWN, "note", "n"), rekey(OWN, "note", "m")
    visit = rekey(OWN, "Encounter", "e1")
    assert found == {
        one: kept | {"note_id": one, "encounter_id": visit, "kind": "progress"},
        other: kept | {"note_id": other, "encounter_id": None, "kind": None},
    }


IMAGE = {
    "study_id": "s",
    "image_id": "i",
    "time": DAY,
    "modality": "DX",
    "view": "PA",
    "encoder": "net:1",
    "embedding": [0.5, -1.0],
}


def test_vectors_pass_under_new_ids(opened: Opened) -> None:
    [row] = opened("embeddings", [IMAGE], beside={"ImagingStudy": [{"id": "s"}]})
    assert row["embedding"] == [0.5, -1.0]
    assert (row["study_id"], row["image_id"]) == (rekey(OWN, "ImagingStudy", "s"), rekey(OWN, "image", "i"))


@pytest.mark.parametrize("name", ["embeddings", "timeline"])
def test_under_safe_harbor_there_are_no_vectors_and_no_timeline(name: str, opened: Opened) -> None:
    said = IMAGE if name == "embeddings" else {"code": "MEDS_BIRTH", "time": DAY}
    assert opened(name, [said], policy="safe_harbor") == []
