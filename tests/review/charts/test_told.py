"""Lanes and unusual values, whatever an Observation says or leaves out."""

from datetime import datetime

import pyarrow as pa
import pytest

from review.charts.events import events
from review.charts.told import told
from schemas.registry import table

TIME = datetime(2026, 11, 1)


def timeline(*rows: dict[str, object]) -> pa.Table:
    base = {"subject_id": 1, "time": TIME, "code": "LOINC//1"}
    return pa.Table.from_pylist([base | row for row in rows], schema=table("timeline").schema)


def observations(*rows: dict[str, object]) -> pa.Table:
    every = [{"id": f"o{at}", "subject_id": 1, **row} for at, row in enumerate(rows)]
    return pa.Table.from_pylist(every, schema=table("fhir/Observation").schema)


def coded(*codes: str | None) -> list[dict[str, object]]:
    return [{"coding": [{"code": code}]} for code in codes]


def within(low: float | None, high: float | None) -> list[dict[str, object]]:
    return [{"low": {"value": low}, "high": {"value": high}}]


@pytest.mark.parametrize(
    ("observation", "value", "lane", "unusual"),
    [
        ({}, 5.0, "labs", False),
        ({"category": coded("vital-signs")}, 5.0, "vitals", False),
        ({"category": coded("made-up", "survey", "laboratory")}, 5.0, "other", False),
        ({"category": [{"coding": None}, {"coding": []}]}, None, "labs", False),
        ({"interpretation": coded("HH")}, None, "labs", True),
        ({"interpretation": coded("N"), "referenceRange": within(1, 2)}, 5.0, "labs", False),
        ({"interpretation": coded(None), "referenceRange": within(1, 2)}, 5.0, "labs", True),
        ({"referenceRange": within(None, 4)}, 5.0, "labs", True),
        ({"referenceRange": within(6, None)}, 5.0, "labs", True),
        ({"referenceRange": within(5, 5)}, 5.0, "labs", False),
        ({"referenceRange": within(1, 9) + within(1, 2)}, 5.0, "labs", False),
        ({"referenceRange": within(1, 2)}, None, "labs", False),
        ({"referenceRange": []}, 5.0, "labs", False),
    ],
)
def test_an_observation(observation: dict[str, object], value: float | None, lane: str, unusual: bool) -> None:
    seen = observations({"category": coded("laboratory")}, observation)
    rows = told(timeline({"fhir_id": "Observation/o1", "numeric_value": value}), seen)
    assert (rows["lane"].to_pylist(), rows["unusual"].to_pylist()) == ([lane], [unusual])


def test_without_observations_and_without_events() -> None:
    rows = timeline({"fhir_id": "Observation/o1", "numeric_value": 1.0}, {"fhir_id": "Strange/1"})
    assert told(rows, None)["lane"].to_pylist() == ["labs", "other"]
    sparse = observations({}).select(["id", "subject_id"])
    assert told(rows, sparse)["unusual"].to_pylist() == [False, False]
    assert len(told(timeline(), observations())) == 0


def test_notes_claims_and_ends_of_procedures_are_left_out() -> None:
    rows = timeline(
        {"fhir_id": None, "code": "NOTE//progress"},
        {"fhir_id": "Claim/1", "code": "ICD10CM//I10//BILLED"},
        {"fhir_id": "Procedure/1", "code": "SNOMED//7"},
        {"fhir_id": "Procedure/1", "code": "SNOMED//7//END"},
        {"fhir_id": "MedicationRequest/1", "code": "RXNORM//4603//ORDER//END"},
    )
    assert told(rows, None)["code"].to_pylist() == ["SNOMED//7", "RXNORM//4603//ORDER//END"]


def test_names_and_values() -> None:
    names = {"RXNORM//4603": "furosemide", "LOINC//1//ORDER": "Sodium"}
    rows = timeline(
        {"fhir_id": "MedicationRequest/1", "code": "RXNORM//4603//GIVEN"},
        {"fhir_id": "MedicationRequest/1", "code": "LOINC//1//ORDER", "numeric_value": 140.5, "unit": "mmol/L"},
        {"fhir_id": "Condition/1", "code": "ICD10CM//I10", "text_value": "<b>high</b>"},
        {"fhir_id": "Condition/1", "code": "UNCODED//Condition", "text_value": "tired"},
        {"fhir_id": "Condition/1", "code": "", "numeric_value": 1e9},
    )
    assert [(each.name, each.value) for each in events(told(rows, None), names)] == [
        ("furosemide (given)", ""),
        ("Sodium (ordered)", "140.5 mmol/L"),
        ("I10", "<b>high</b>"),
        ("tired", ""),
        ("", "1e+09"),
    ]
