"""HL7 v2: what is of two persons, orders or values stays two, and no repetition or second segment is lost."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.etl.sources.hl7_messages import OBR, PID, adt, message, oru

Read = Callable[..., dict[str, list[dict[str, Any]]]]
GLUCOSE = "OBX|1|NM|2345-7^Glucose^LN||{value}|mmol/L|||||F"
PLAIN = "OBR|1||1|24323-8^Panel^LN|||{at}||||||||||||||||||F"


def ids(rows: list[dict[str, Any]]) -> int:
    return len({row["id"] for row in rows})


def test_one_order_number_of_two_persons_is_two_results(read_hl7: Read) -> None:
    made = read_hl7(oru(OBR, GLUCOSE.format(value=5.4)), oru(OBR, GLUCOSE.format(value=9.9), mrn="88"))
    assert ids(made["Observation"]) == 2 and ids(made["DiagnosticReport"]) == 2


def test_a_number_that_nobody_gave_comes_again(read_hl7: Read) -> None:
    first, later = PLAIN.format(at="20240305"), PLAIN.format(at="20240306")
    other = oru(first, GLUCOSE.format(value=5.6)).replace("|NORTH|EHR", "|WEST|EHR")
    sent = [oru(obr, GLUCOSE.format(value=value)) for obr, value in ((first, 5.4), (later, 5.5), (first, 5.7))]
    made = read_hl7(*sent, other)
    assert len(made["Observation"]) == 4 and ids(made["Observation"]) == 3  # 5.7 corrects 5.4


def test_visits_and_documents_of_two_persons_under_one_number(read_hl7: Read) -> None:
    visit, document = "PV1|1|I|" + "|" * 16 + "1", "TXA|1|DS|TX|20240305||||||||1|||||LA"
    sent = [
        message("MDM^T02", PID.format(mrn=mrn), visit, document, "OBX|1|TX|x^y||Dear all||||||F")
        for mrn in ("77", "88")
    ]
    made = read_hl7(*sent)
    assert ids(made["Encounter"]) == ids(made["DocumentReference"]) == 2
    said = {row["context"]["encounter"][0]["reference"] for row in made["DocumentReference"]}
    assert said == {f"Encounter/{row['id']}" for row in made["Encounter"]}


def test_what_has_a_name_and_no_code_is_told_apart(read_hl7: Read) -> None:
    given = "RXA|0|1|20240305||^{}|1"
    made = read_hl7(
        adt("A01", "PV1|1|I", "DG1|1||^Pneumonia", "DG1|2||^Diabetes", "PR1|1||^Cast", "PR1|2||^Suture", at="20240301"),
        message("PPR^PC1", PID.format(mrn="77"), "PRB|AD|20240301|^Cough", "PRB|AD|20240301|^Fall"),
        message("RAS^O17", PID.format(mrn="77"), "ORC|RE|M1", given.format("Salve"), given.format("Syrup")),
        oru(OBR, "OBX|1|ST|^Height||tall||||||F"), oru(OBR, "OBX|1|ST|^Weight||light||||||F"),
    )  # fmt: skip
    for kind, count in {"Condition": 4, "Procedure": 2, "MedicationAdministration": 2, "Observation": 2}.items():
        assert ids(made[kind]) == count, kind


def test_doses_and_orders_without_number_are_told_apart(read_hl7: Read) -> None:
    dose, drug = "RXA|0|1|20240305||140^Flu^CVX|0.5", "RXE||308182^Amoxicillin^RXNORM|250"
    test = "OBR|1|||24725-4^CT Head^LN"
    made = read_hl7(
        message("VXU^V04", PID.format(mrn="77"), "ORC|RE||A1", dose, "ORC|RE||A2", dose),
        *(message("RDE^O11", PID.format(mrn="77"), "ORC|NW|", drug, at=at) for at in ("20240301", "20240401")),
        *(message("ORM^O01", PID.format(mrn="77"), "ORC|NW|", test, at=at) for at in ("20240301", "20240401")),
    )
    assert [ids(made[kind]) for kind in ("Immunization", "MedicationRequest", "ServiceRequest")] == [2, 2, 2]


def test_every_repetition_of_a_value_is_a_result(read_hl7: Read) -> None:
    made = read_hl7(
        oru(OBR, "OBX|1|CWE|634-6^Bacteria^LN||112283007^E coli^SCT~~3092008^S aureus^SCT||||||F"),
        oru(OBR, "OBX|1|TS|1-8^x^LN||2024~2025||||||F"),
    )
    assert [
        row["valueCodeableConcept"]["coding"][0]["code"] for row in made["Observation"] if "valueDateTime" not in row
    ] == ["112283007", "3092008"]
    assert [row["valueDateTime"] for row in made["Observation"] if "valueDateTime" in row] == ["2024", "2025"]
    assert ids(made["Observation"]) == 4


FILE = "OBX|{n}|ED|{code}^Report^L||^application^{kind}^{how}^{data}||||||F"
PDF = FILE.format(n=1, code="PDF", kind="pdf", how="Base64", data="QUFB")
JPEG = FILE.format(n=2, code="JPG", kind="jpeg", how="Hex", data="42 42")


def files(rows: list[dict[str, Any]]) -> list[tuple[str, bytes]]:
    content = [each["attachment"] for row in rows for each in row["content"]]
    return [(each["contentType"], base64.b64decode(each["data"])) for each in content]


def test_every_file_of_a_report_is_kept(read_hl7: Read) -> None:
    made = read_hl7(oru(OBR, PDF, JPEG))
    (report,) = made["DiagnosticReport"]
    assert [each["data"] for each in report["presentedForm"]] == ["QUFB"]
    assert files(made["DocumentReference"]) == [("image/jpeg", b"BB")] and "Observation" not in made


def test_a_document_holds_text_and_files_and_results_beside_them(read_hl7: Read) -> None:
    txa = "TXA|1|DS|TX|20240305||||||||d1^EHR|||||LA"
    made = read_hl7(
        message("MDM^T02", PID.format(mrn="77"), txa, "OBX|1|TX|x^Letter||Dear all||||||F", PDF, JPEG,
                "OBX|9|NM|1-8^Pain^LN||4||||||F")
    )  # fmt: skip
    found = files(made["DocumentReference"])
    assert sorted(found) == [("application/pdf", b"AAA"), ("image/jpeg", b"BB"), ("text/plain", b"Dear all")]
    assert [row["valueQuantity"]["value"] for row in made["Observation"]] == [4.0]


@pytest.mark.parametrize(("how", "data"), [("Hex", "QUFBzz"), ("Base64", "!!")])
def test_a_file_that_does_not_unpack_is_set_aside_alone(read_hl7: Read, how: str, data: str) -> None:
    bad = FILE.format(n=1, code="PDF", kind="pdf", how=how, data=data)
    txa = "TXA|1|DS|TX|20240305||||||||d1^EHR|||||LA"
    made = read_hl7(oru(OBR, bad, GLUCOSE.format(value=5.4)), message("MDM^T02", PID.format(mrn="77"), txa, bad))
    assert [row["rule"] for row in made["quarantine"]] == ["file-encoding"] * 2
    assert len(made["Observation"]) == len(made["DiagnosticReport"]) == len(made["DocumentReference"]) == 1
    assert "presentedForm" not in made["DiagnosticReport"][0]


def test_text_beside_a_number_of_the_same_code_is_kept(read_hl7: Read) -> None:
    line = "OBX|{n}|TX|2345-7^Glucose^LN||{text}||||||F"
    made = read_hl7(oru(OBR, GLUCOSE.format(value=5.4), line.format(n=2, text="one"), line.format(n=3, text="two")))
    number, text = made["Observation"]
    assert number["valueQuantity"]["value"] == 5.4 and text["valueString"] == "one\ntwo"


def test_a_value_that_says_not_what_it_is_of_is_set_aside(read_hl7: Read) -> None:
    made = read_hl7(oru(OBR, "OBX|1|NM|||5.4||||||F", "OBX|2|NM|||||||||F", "OBX|3|NM|^^^G^Glucose^L||5||||||F"))
    assert [(row["rule"], row["line"]) for row in made["quarantine"]] == [("nameless-result", 4)]
    assert len(made["Observation"]) == 1


def test_a_replaced_document_is_superseded(read_hl7: Read) -> None:
    txa = "TXA|1|DS|TX|20240305||||||||{}^EHR|{}||||LA||AV"
    line = "OBX|1|TX|x^Letter||Dear all||||||F"
    made = read_hl7(
        *(
            message(f"MDM^{event}", PID.format(mrn="77"), txa.format(own, parent), line)
            for event, own, parent in [("T02", "d1", ""), ("T06", "d2", "d1^EHR"), ("T10", "d3", "d1^EHR")]
        )
    )
    states = {row["identifier"][0]["value"]: row["status"] for row in made["DocumentReference"]}
    assert states == {"d1": "superseded", "d2": "current", "d3": "current"}


def kept(made: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [row["extension"][0]["valueString"] for row in made.get("Basic", [])]


def test_more_repetitions_than_are_read_keep_the_segment(read_hl7: Read) -> None:
    pid = PID.format(mrn="77") + "||^^{}|Old St^^Bo~New St^^Ny"
    made = read_hl7(adt("A08", at="20240301").replace(PID.format(mrn="77"), pid))
    assert [text.split("|")[0] for text in kept(made)] == ["PID"] and "~New St^^Ny" in kept(made)[0]


def test_second_routes_and_orders_without_body_are_kept(read_hl7: Read) -> None:
    made = read_hl7(
        message("RDE^O11", PID.format(mrn="77"), "ORC|NW|M1", "RXE||1^Drug^L|2", "RXR|PO", "RXR|IV"),
        message("ORM^O01", PID.format(mrn="77"), "ORC|CA|P1"),
    )
    assert sorted(kept(made)) == ["ORC|CA|P1", "RXR|IV"]


def test_answers_and_master_files_speak_of_nobody(read_hl7: Read) -> None:
    acknowledged = message("ACK^A01", "SFT|soft", "MSA|AE|1", "ERR|||101|E")
    masters = message("MFN^M02", "MFI|PRA", "MFE|MAD", "STF|1")
    made = read_hl7(acknowledged, masters, adt("A08", at="20240301"))
    assert set(made) == {"quarantine", "Patient"} and not made["quarantine"]


def test_allergies_of_a_list(read_hl7: Read) -> None:
    made = read_hl7(
        adt(
            "A08", "AL1|1|DA|7980^Penicillin^RXNORM|SV|hives", "AL1|2|DA|7980^Penicillin^RXNORM|SV|rash", at="20240301"
        ),
        adt("A60", "IAM|1|FA|^Nuts|MO|itch~swelling|A|n1||||20200101||||||C", at="20240302"),
        adt("A60", "IAM|1|DA|7980^Penicillin^RXNORM|SV||D", at="20240303"),
    )
    assert not made["quarantine"]
    first, nuts, gone = made["AllergyIntolerance"]
    assert first["reaction"][0]["manifestation"][0]["text"] == "hives\nrash"
    assert (nuts["category"], nuts["onsetDateTime"]) == (["food"], "2020-01-01")
    assert nuts["reaction"][0]["manifestation"][0]["text"] == "itch\nswelling"
    assert gone["id"] == first["id"] and gone["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
