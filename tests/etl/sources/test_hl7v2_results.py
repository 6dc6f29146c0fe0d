"""HL7 v2 results, documents, orders and drugs: FHIR rows of messages written here."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.etl.sources.hl7_messages import OBR, PID, message, oru, pv1

Read = Callable[..., dict[str, list[dict[str, Any]]]]


def test_a_correction_has_the_id_of_what_it_corrects(read_hl7: Read) -> None:
    first = oru(OBR, "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|||||F", "OBX|2|NM|2160-0^Crea^LN||60|umol/L|||||F")
    later = oru(OBR, "OBX|1|NM|2160-0^Crea^LN||61|umol/L|||||C", at="20240306120000+0100")
    made = read_hl7(first, later)
    glucose, crea, corrected = made["Observation"]
    assert crea["id"] == corrected["id"] != glucose["id"]
    assert (corrected["status"], corrected["valueQuantity"]["value"]) == ("corrected", 61.0)
    assert made["DiagnosticReport"][0]["id"] == made["DiagnosticReport"][1]["id"]


ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
VALUES = {
    "NM||5.4|mmol/L": {"valueQuantity": {"value": 5.4, "unit": "mmol/L"}},
    "NM||5.4|mmol/L^x^UCUM": {
        "valueQuantity": {"value": 5.4, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}
    },
    "NM||>100|mmol/L": {"valueString": ">100"},
    "SN||<^10|mg/L": {"valueQuantity": {"value": 10.0, "comparator": "<", "unit": "mg/L"}},
    "SN||^10^-^20|mg/L": {
        "valueRange": {"low": {"value": 10.0, "unit": "mg/L"}, "high": {"value": 20.0, "unit": "mg/L"}}
    },
    "SN||^1^:^128": {"valueRatio": {"numerator": {"value": 1.0}, "denominator": {"value": 128.0}}},
    "SN||^2^+": {"valueString": "^2^+"},
    "SN||<>^5|mmol/L": {"valueString": "<>^5"},
    "SN||=^5|mmol/L": {"valueQuantity": {"value": 5.0, "unit": "mmol/L"}},
    "SN||>^1^:^128": {"valueString": ">^1^:^128"},
    "SN||^a^-^b": {"valueString": "^a^-^b"},
    "ST||a & b": {"valueString": "a & b"},
    "TX||one\\.br\\two~three": {"valueString": "one\ntwo\nthree"},
    "CWE||260373001^Detected^SCT^POS^Pos^L": {
        "valueCodeableConcept": {
            "coding": [
                {"system": "http://snomed.info/sct", "code": "260373001", "display": "Detected"},
                {"system": "urn:hl7v2:l", "code": "POS", "display": "Pos"},
            ],
            "text": "Detected",
        }
    },
    "CE||A^B^HL70078": {
        "valueCodeableConcept": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0078", "code": "A", "display": "B"}],
            "text": "B",
        }
    },
    "DT||20240305": {"valueDateTime": "2024-03-05"},
    "TS||202403051200": {"valueDateTime": "2024-03-05T12:00:00+01:00"},
    "DT||soon": {"valueString": "soon"},
    "TM||1430": {"valueTime": "14:30:00"},
    "RP||https://x.example/1^^IM": {"valueString": "https://x.example/1"},
    "ED||^application^pdf^Base64^": {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": "unknown"}]}},
    "NM||": {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": "unknown"}]}},
}  # fmt: skip


@pytest.mark.parametrize("sent", VALUES)
def test_values_by_their_type(read_hl7: Read, sent: str) -> None:
    kind, rest = sent.split("|", 1)
    value, _, unit = rest.removeprefix("|").partition("|")
    made = read_hl7(oru(OBR, f"OBX|1|{kind}|1-8^x^LN||{value}|{unit}|||||F"))
    (found,) = made["Observation"]
    assert {key: each for key, each in found.items() if key.startswith(("value", "dataAbsent"))} == VALUES[sent]


def test_what_else_a_result_says(read_hl7: Read) -> None:
    obx = "OBX|1|NM|1-8^x^LN||5.4|mmol/L|3.5 - 6.0|H~A|||P|||202403051030+0100"
    (found,) = read_hl7(oru(OBR, obx, "NTE|1||haemolysed"))["Observation"]
    assert [each["coding"][0]["code"] for each in found["interpretation"]] == ["H", "A"]
    (limits,) = found["referenceRange"]
    assert (limits["low"]["value"], limits["high"]["value"], limits["text"]) == (3.5, 6.0, "3.5 - 6.0")
    assert (found["status"], found["effectiveDateTime"]) == ("preliminary", "2024-03-05T10:30:00+01:00")
    assert found["issued"] == "2024-03-05T11:45:00+01:00" and found["note"] == [{"text": "haemolysed"}]
    assert found["category"][0]["coding"][0]["code"] == "laboratory"


@pytest.mark.parametrize(
    ("status", "becomes"),
    [("F", "final"), ("C", "corrected"), ("P", "preliminary"), ("D", "entered-in-error"), ("W", "entered-in-error"),
     ("X", "cancelled"), ("", "final"), ("?", "final")],
)  # fmt: skip
def test_states_of_results(read_hl7: Read, status: str, becomes: str) -> None:
    (found,) = read_hl7(oru(OBR, f"OBX|1|ST|1-8^x^LN||y||||||{status}|"))["Observation"]
    assert found["status"] == becomes


def test_a_report_of_many_lines_is_one_text(read_hl7: Read) -> None:
    made = read_hl7(oru(OBR, *(f"OBX|{i}|TX|18748-4^Report^LN||line {i}||||||F" for i in range(1, 4))))
    (found,) = made["Observation"]
    assert found["valueString"] == "line 1\nline 2\nline 3"
    (report,) = made["DiagnosticReport"]
    assert base64.b64decode(report["presentedForm"][0]["data"]) == b"line 1\nline 2\nline 3"


def test_a_report_in_html_says_so(read_hl7: Read) -> None:
    (report,) = read_hl7(oru(OBR, "OBX|1|FT|x^Report||<p>Hello <b>all</b></p>||||||F"))["DiagnosticReport"]
    assert report["presentedForm"][0]["contentType"] == "text/html"


def mdm(event: str, document: str, *segments: str, at: str = "20240305120000+0100", parent: str = "") -> str:
    txa = f"TXA|1|DS^Discharge|TX|20240305||20240305113000+0100||||||{document}|{parent}||||LA||AV"
    return message(f"MDM^{event}", PID.format(mrn="77"), pv1("v1"), txa, *segments, at=at)


LINE = "OBX|1|TX|x^Letter||{text}||||||F"


def test_documents_their_addenda_and_their_end(read_hl7: Read) -> None:
    made = read_hl7(
        mdm("T02", "d1", LINE.format(text="Dear all"), LINE.format(text="Ada is well.")),
        mdm("T04", "d1", LINE.format(text="Ada is very well."), at="20240306"),
        mdm("T06", "d2", LINE.format(text="One more"), parent="d1", at="20240307"),
        mdm("T02", "d3", LINE.format(text="Wrong patient")),
        mdm("T11", "d3", at="20240308"),
        mdm("T02", "d4", "OBX|1|ED|x^Letter||^application^rtf^Base64^e1xydGYxIGhpfQ==||||||F"),
    )
    found = {each["identifier"][0]["value"]: each for each in made["DocumentReference"]}
    content = {name: each["content"][0]["attachment"] for name, each in found.items()}
    assert base64.b64decode(content["d1"]["data"]) == b"Ada is very well."
    assert found["d1"]["type"]["coding"] == [{"system": "http://loinc.org", "code": "18842-5"}]
    assert found["d3"]["status"] == "entered-in-error"
    assert content["d4"] == {"contentType": "application/rtf", "data": "e1xydGYxIGhpfQ=="}
    assert found["d2"]["relatesTo"][0]["code"] == "appends"
    assert found["d2"]["relatesTo"][0]["target"]["reference"] == f"DocumentReference/{found['d1']['id']}"
    assert "Observation" not in made


def test_orders_and_their_end(read_hl7: Read) -> None:
    order = "OBR|1|P1||24725-4^CT Head^LN||202403060800"
    drug = "RXE||308182^Amoxicillin 250 MG^RXNORM|250||mg|||^twice a day"
    made = read_hl7(
        message("ORM^O01", PID.format(mrn="77"), "ORC|NW|P1", order),
        message("ORM^O01", PID.format(mrn="77"), "ORC|CA|P1", order, at="20240307"),
        message("RDE^O11", PID.format(mrn="77"), "ORC|NW|M1|||||||202403051000", drug, "RXR|PO^Oral^HL70162"),
        message("RDE^O11", PID.format(mrn="77"), "ORC|DC|M1", drug, at="20240307"),
    )
    assert [each["status"] for each in made["ServiceRequest"]] == ["active", "revoked"]
    assert len({each["id"] for each in made["ServiceRequest"]}) == 1
    first, last = made["MedicationRequest"]
    assert first["id"] == last["id"] and (first["status"], last["status"]) == ("active", "stopped")
    assert first["medicationCodeableConcept"]["coding"][0]["system"].endswith("rxnorm")
    assert first["dosageInstruction"][0]["route"]["coding"][0]["code"] == "PO"


def test_drugs_and_vaccines_given_and_refused(read_hl7: Read) -> None:
    given = "RXA|0|1|202403051000|202403051100|308182^Amoxicillin^RXNORM|250|mg|||||||||||||CP"
    made = read_hl7(
        message("RAS^O17", PID.format(mrn="77"), "ORC|RE|M1", given, "RXR|PO"),
        message(
            "VXU^V04", PID.format(mrn="77"), "ORC|RE", "RXA|0|1|20240305||140^Flu^CVX|999||||||||||||00^no^NIP002||RE"
        ),
    )
    (drug,), (vaccine,) = made["MedicationAdministration"], made["Immunization"]
    assert drug["effectivePeriod"] == {"start": "2024-03-05T10:00:00+01:00", "end": "2024-03-05T11:00:00+01:00"}
    assert (drug["dosage"]["dose"]["value"], drug["status"]) == (250.0, "completed")
    assert vaccine["status"] == "not-done" and "doseQuantity" not in vaccine
