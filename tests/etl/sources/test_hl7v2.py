"""HL7 v2 messages through the mapping: FHIR rows of messages written here, and what is set aside."""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.work import Shard, Spooled
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
Made = dict[str, list[dict[str, Any]]]
Read = Callable[..., Made]
PID = "PID|1||{mrn}^^^NORTH^MR||Moe^Ada^Lu||19610719|F"


def message(kind: str, *segments: str, at: str = "20240305120000+0100", number: str = "1") -> str:
    structure = rf"MSH|^~\&|SENDER|NORTH|EHR|SOUTH|{at}||{kind}|{number}|P|2.5"
    return "\r".join([structure, *segments]) + "\r"


def adt(event: str, *segments: str, at: str, mrn: str = "77") -> str:
    return message(f"ADT^{event}", f"EVN|{event}|{at}", PID.format(mrn=mrn), *segments, at=at)


def oru(*segments: str, at: str = "20240305120000+0100", mrn: str = "77") -> str:
    return message("ORU^R01", PID.format(mrn=mrn), *segments, at=at)


def pv1(visit: str, place: str = "W1^3^B", kind: str = "I", admitted: str = "", left: str = "") -> str:
    fields = {2: kind, 3: place, 7: "9^Ek^Bo", 19: f"{visit}^^^NORTH", 44: admitted, 45: left}
    return "PV1|" + "|".join(fields.get(i, "1" if i == 1 else "") for i in range(1, 46))


@pytest.fixture
def read(night: Night, tmp_path: Path) -> Read:
    def of(*files: str | bytes) -> Made:
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        for number, text in enumerate(files):
            (inbox / f"{number:03d}.hl7").write_bytes(text if isinstance(text, bytes) else text.encode())
        spooled, shards = night(inbox, tmp_path / "work", "hl7v2")
        made: Made = {"quarantine": spooled.quarantine.to_pylist()}
        for shard in shards:
            for name, table in shard.items():
                made.setdefault(name.removeprefix("phi/").removeprefix("fhir/"), []).extend(table.to_pylist())
        return {name: [_without_nulls(row) for row in rows] for name, rows in made.items()}

    return of


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value if each is not None] if isinstance(value, list) else value


def test_a_stay_is_what_its_messages_say_together(read: Read) -> None:
    made = read(
        adt("A01", pv1("v1", admitted="202403011000+0100"), at="20240301101000+0100"),
        adt("A03", pv1("v1", left="202403041500+0100"), at="20240304150500+0100"),
        adt("A02", pv1("v1", place="W2^1^A"), at="20240302090000+0100"),  # came last
    )
    (stay,) = made["Encounter"]
    assert (stay["id"], stay["status"], stay["class"]["code"]) == ("NORTH.v1", "finished", "IMP")
    assert stay["period"] == {"start": "2024-03-01T10:00:00+01:00", "end": "2024-03-04T15:00:00+01:00"}
    moves = {(each["location"]["reference"], each["period"]["start"]) for each in stay["location"]}
    assert moves == {
        ("Location/W1-3-B", "2024-03-01T10:00:00+01:00"),
        ("Location/W2-1-A", "2024-03-02T09:00:00+01:00"),
    }
    assert {place["id"] for place in made["Location"]} == {"W1-3-B", "W2-1-A"}
    (patient,) = made["Patient"]
    assert (patient["id"], patient["birthDate"], patient["gender"]) == ("NORTH.77", "1961-07-19", "female")


@pytest.mark.parametrize(
    ("events", "status", "ended"),
    [
        (["A05"], "planned", False),
        (["A05", "A38"], "cancelled", False),
        (["A01", "A11"], "cancelled", False),
        (["A01", "A03", "A13"], "in-progress", False),
        (["A01", "A03", "A08"], "finished", True),
        (["A01", "A03", "A13", "A03"], "finished", True),
        (["A04"], "in-progress", False),
        (["A01", "A21"], "onleave", False),
        (["A01", "A23"], "entered-in-error", False),
        (["A08"], "unknown", False),
        (["A99"], "unknown", False),
    ],
)
def test_events_make_the_state_of_a_stay(read: Read, events: list[str], status: str, ended: bool) -> None:
    sent = [adt(event, pv1("v1"), at=f"202403{day:02d}080000+0000") for day, event in enumerate(events, start=1)]
    (stay,) = read(*reversed(sent))["Encounter"]
    assert stay["status"] == status and ("end" in stay.get("period", {})) == ended


def test_a_cancelled_transfer_is_no_move(read: Read) -> None:
    sent = [
        adt("A01", pv1("v1"), at="20240301"),
        adt("A02", pv1("v1", place="W2"), at="20240302"),
        adt("A12", pv1("v1"), at="20240303"),
    ]
    (stay,) = read(*sent)["Encounter"]
    assert [each["location"]["reference"] for each in stay["location"]] == ["Location/W1-3-B"]


def test_a_person_is_what_was_said_last_of_each_thing(read: Read) -> None:
    full = PID.format(mrn="77") + "|||Old St^^Bo^^111"
    newer = "PID|1||77^^^NORTH^MR||Berg^Ada||||||New St^^Bo^^222"
    made = read(
        message("ADT^A08", newer, at="20240302"),
        message("ADT^A04", full, pv1("v1"), at="20240301"),
        message("ORU^R01", "PID|1||77^^^NORTH^MR||X^Y", "OBR|1||1|1", "OBX|1|ST|a||b||||||F", at="20240309"),
    )
    (patient,) = made["Patient"]
    assert (patient["name"][0]["family"], patient["birthDate"]) == ("Berg", "1961-07-19")
    assert patient["address"][0]["line"] == ["New St"]


def people(tmp_path: Path, *files: str) -> dict[str, str | None]:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number, text in enumerate(files):
        (inbox / f"{number}.hl7").write_text(text, newline="")
    source = Tables("hl7v2", "inbox", delivery="delta", settle_s=0)
    (group,) = source.groups(tmp_path)
    return {row["key"]: row["replaced_by"] for row in source.people(group).to_pylist()}


@pytest.mark.parametrize("event", ["A18", "A30", "A34", "A40", "A47"])
def test_merged_persons_stand_in_the_crosswalk(tmp_path: Path, event: str) -> None:
    assert people(tmp_path, adt(event, "MRG|66^^^NORTH^MR", at="20240301")) == {
        "NORTH.77": None,
        "NORTH.66": "NORTH.77",
    }


@pytest.mark.parametrize("event", ["A41", "A44", "A45", "A08"])
def test_moves_of_visits_merge_nobody(tmp_path: Path, event: str) -> None:
    assert people(tmp_path, adt(event, "MRG|66^^^NORTH^MR", at="20240301")) == {"NORTH.77": None}


def test_a_ring_and_a_second_merge_are_read(tmp_path: Path) -> None:
    found = people(
        tmp_path,
        adt("A40", "MRG|66^^^NORTH^MR", at="20240301"),
        adt("A40", "MRG|66^^^NORTH^MR", at="20240302"),
        adt("A40", "MRG|77^^^NORTH^MR", at="20240303", mrn="66"),
        adt("A40", "MRG|66^^^NORTH^MR", at="20240304", mrn="66"),
    )
    assert found == {"NORTH.77": "NORTH.66", "NORTH.66": "NORTH.77"}


def test_a_merged_visit_is_one_no_more(read: Read) -> None:
    made = read(
        adt("A01", pv1("v1"), at="20240301"), adt("A42", "MRG|77^^^NORTH^MR||||v1^^^NORTH", pv1("v2"), at="20240302")
    )
    found = {(each["id"], each["status"]) for each in made["Encounter"]}
    assert {("NORTH.v1", "entered-in-error"), ("NORTH.v2", "unknown")} <= found


OBR = "OBR|1||L9^LAB|24323-8^Panel^LN|||202403051100+0100|||||||||||||||20240305114500+0100||LAB|F"


def test_a_correction_has_the_id_of_what_it_corrects(read: Read) -> None:
    first = oru(OBR, "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|||||F", "OBX|2|NM|2160-0^Crea^LN||60|umol/L|||||F")
    later = oru(OBR, "OBX|1|NM|2160-0^Crea^LN||61|umol/L|||||C", at="20240306120000+0100")
    made = read(first, later)
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
    "NM||": {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": "unknown"}]}},
}  # fmt: skip


@pytest.mark.parametrize("sent", VALUES)
def test_values_by_their_type(read: Read, sent: str) -> None:
    kind, rest = sent.split("|", 1)
    value, _, unit = rest.removeprefix("|").partition("|")
    made = read(oru(OBR, f"OBX|1|{kind}|1-8^x^LN||{value}|{unit}|||||F"))
    (found,) = made["Observation"]
    assert {key: each for key, each in found.items() if key.startswith(("value", "dataAbsent"))} == VALUES[sent]


def test_what_else_a_result_says(read: Read) -> None:
    obx = "OBX|1|NM|1-8^x^LN||5.4|mmol/L|3.5 - 6.0|H~A|||P|||202403051030+0100"
    (found,) = read(oru(OBR, obx, "NTE|1||haemolysed"))["Observation"]
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
def test_states_of_results(read: Read, status: str, becomes: str) -> None:
    (found,) = read(oru(OBR, f"OBX|1|ST|1-8^x^LN||y||||||{status}|"))["Observation"]
    assert found["status"] == becomes


def test_a_report_of_many_lines_is_one_text(read: Read) -> None:
    made = read(oru(OBR, *(f"OBX|{i}|TX|18748-4^Report^LN||line {i}||||||F" for i in range(1, 4))))
    (found,) = made["Observation"]
    assert found["valueString"] == "line 1\nline 2\nline 3"
    (report,) = made["DiagnosticReport"]
    assert base64.b64decode(report["presentedForm"][0]["data"]) == b"line 1\nline 2\nline 3"


def mdm(event: str, document: str, *segments: str, at: str = "20240305120000+0100", parent: str = "") -> str:
    txa = f"TXA|1|DS^Discharge|TX|20240305||20240305113000+0100||||||{document}|{parent}||||LA||AV"
    return message(f"MDM^{event}", PID.format(mrn="77"), pv1("v1"), txa, *segments, at=at)


LINE = "OBX|1|TX|x^Letter||{text}||||||F"


def test_documents_their_addenda_and_their_end(read: Read) -> None:
    made = read(
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


def test_orders_and_their_end(read: Read) -> None:
    order = "OBR|1|P1||24725-4^CT Head^LN||202403060800"
    drug = "RXE||308182^Amoxicillin 250 MG^RXNORM|250||mg|||^twice a day"
    made = read(
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


def test_drugs_and_vaccines_given_and_refused(read: Read) -> None:
    given = "RXA|0|1|202403051000|202403051100|308182^Amoxicillin^RXNORM|250|mg|||||||||||||CP"
    made = read(
        message("RAS^O17", PID.format(mrn="77"), "ORC|RE|M1", given, "RXR|PO"),
        message(
            "VXU^V04", PID.format(mrn="77"), "ORC|RE", "RXA|0|1|20240305||140^Flu^CVX|999||||||||||||00^no^NIP002||RE"
        ),
    )
    (drug,), (vaccine,) = made["MedicationAdministration"], made["Immunization"]
    assert drug["effectivePeriod"] == {"start": "2024-03-05T10:00:00+01:00", "end": "2024-03-05T11:00:00+01:00"}
    assert (drug["dosage"]["dose"]["value"], drug["status"]) == (250.0, "completed")
    assert vaccine["status"] == "not-done" and "doseQuantity" not in vaccine


def test_what_else_a_message_tells(read: Read) -> None:
    made = read(
        adt(
            "A01", "NK1|1|Moe^Bo|BRO^Brother^HL70063||555", pv1("v1"), "AL1|1|DA|7980^Penicillin^RXNORM|SV|hives",
            "DG1|1||J18.9^Pneumonia^I10C|||F",
            "DG1|2||E11^Diabetes^I10C|||W|||||||||||||||D", "PR1|1||80146002^x^SCT||20240302", "IN1|1|A",
            "ZPV|1|bay", at="20240301",
        )
    )  # fmt: skip
    assert made["RelatedPerson"][0]["relationship"][0]["coding"][0]["code"] == "BRO"
    assert made["AllergyIntolerance"][0]["criticality"] == "high"
    pneumonia, diabetes = made["Condition"]
    assert pneumonia["code"]["coding"][0]["system"] == "http://hl7.org/fhir/sid/icd-10-cm"
    assert pneumonia["encounter"]["reference"] == "Encounter/NORTH.v1"
    assert diabetes["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert made["Procedure"][0]["performedDateTime"] == "2024-03-02"
    kept = {each["code"]["coding"][0]["code"]: each["extension"][0]["valueString"] for each in made["Basic"]}
    assert kept == {"IN1": "IN1|1|A", "ZPV": "ZPV|1|bay"}


def test_appointments_and_problems(read: Read) -> None:
    sch = "SCH|a1||||||CHECK^Checkup"
    made = read(
        message("SIU^S12", sch, "TQ1|1||||||202404010900|202404010930", PID.format(mrn="77")),
        message("PPR^PC1", PID.format(mrn="77"), "PRB|AD|20240301|I10^Hypertension^I10C|p1"),
    )
    (planned,) = made["Encounter"]
    assert planned["status"] == "planned" and planned["period"]["start"] == "2024-04-01T09:00:00+01:00"
    assert made["Condition"][0]["clinicalStatus"]["coding"][0]["code"] == "active"


def test_bad_messages_take_nobody_along(read: Read) -> None:
    good = oru(OBR, "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|||||F")
    nobody = oru(OBR, "OBX|1|ST|1-8^x^LN||y||||||F").replace("77^^^NORTH^MR", "")
    made = read(
        good + good[: len(good) // 2], nobody, "PID|1||5\r", oru(OBR, "OBX|1|NM|1^x^LN||7||||||F|||noon", mrn="5")
    )
    by_file = {(row["file"], row["rule"]) for row in made["quarantine"]}
    assert by_file == {
        ("000.hl7", "hl7-cut"),
        ("001.hl7", "required"),
        ("002.hl7", "hl7-no-header"),
        ("003.hl7", "date-format"),
    }
    assert [each["valueQuantity"]["value"] for each in made["Observation"]] == [5.4]
    cut = next(row for row in made["quarantine"] if row["rule"] == "hl7-cut")
    assert (cut["target"], cut["line"]) == ("messages", 5) and "OBX" in cut["message"] + cut["column"]


def test_the_real_samples_are_read(night: Night, tmp_path: Path) -> None:
    folder = Path(os.environ.get("CHARTLOOM_DATA", "/nowhere")) / "hl7v2_ccda" / "Hl7v2"
    if not folder.is_dir():
        pytest.skip("CHARTLOOM_DATA does not hold hl7v2_ccda")
    spooled, shards = night(folder, tmp_path / "work", "hl7v2")
    assert spooled.rows_in["messages"] == len(list(folder.glob("*.hl7"))) and not len(spooled.quarantine)
    assert sum(len(shard["phi/quarantine"]) for shard in shards) == 0
