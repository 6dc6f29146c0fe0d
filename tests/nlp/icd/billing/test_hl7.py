"""Codes as HL7 v2.5.1, read again with the library that reads messages in."""

from datetime import UTC, datetime
from typing import Any

import hl7
import pytest

from nlp.icd.billing.hl7 import message
from tests.nlp.icd.billing.cases import act, stay

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ACTS = (
    act(1, "accept", "E11.9", after={"poa": "Y", "rank": 1}), act(2, "accept", "I50.9"),
    act(3, "accept", "Z51.5"), act(4, "reject", "Z51.5"), act(5, "accept", "BW03ZZZ", system="ICD-10-PCS"),
    act(9, "finish", ""),
)  # fmt: skip


def read(*acts: Any, **said: Any) -> Any:
    return hl7.parse(message(stay(*acts, **said), NOW))


def field(segment: Any, at: int) -> str:
    return str(segment(at)) if len(segment) > at else ""


def test_the_message_and_its_order() -> None:
    found = read(*ACTS, suggested=False)
    assert [str(segment[0]) for segment in found] == ["MSH", "EVN", "PID", "PV1", "DG1", "DG1", "DG1", "PR1"]
    header = found.segment("MSH")
    assert [str(header(at)) for at in (7, 9, 12)] == ["20260302010000+0000", "BAR^P12^BAR_P12", "2.5.1"]
    assert 0 < len(str(header(10))) <= 20


def test_diagnoses() -> None:
    first, second, gone = read(*ACTS, suggested=False).segments("DG1")
    assert [str(first(at)) for at in (1, 3, 4, 6, 15, 21, 26)] == [
        "1", "E11.9^Title of E11.9^I10C", "Title of E11.9", "F", "1", "A", "Y"
    ]  # fmt: skip
    assert str(first(19)) == "20260301090100+0000" and str(first(20)).endswith("^CHARTLOOM")
    assert [field(second, at) for at in (15, 21, 26)] == ["2", "A", ""]
    assert [str(gone(at)) for at in (3, 15, 21)] == ["Z51.5^Encounter for palliative care^I10C", "0", "D"]


def test_suggestions_are_working_diagnoses() -> None:
    accepted = act(1, "accept", "E11.9")
    segments = read(accepted, act(9, "finish", "")).segments("DG1")
    assert [(str(s(3)).partition("^")[0], str(s(6))) for s in segments] == [("E11.9", "F"), ("I50.9", "W")]
    unfinished = read(accepted, suggested=False).segments("DG1")
    assert [str(s(6)) for s in unfinished] == ["W"]


def test_the_admitting_diagnosis_stands_once_more() -> None:
    segments = read(*ACTS, act(6, "admitting", "I50.9"), suggested=False).segments("DG1")
    assert [str(s(3)).partition("^")[0] for s in segments if str(s(6)) == "A"] == ["I50.9"] and len(segments) == 4


def test_procedures_are_of_the_first_day() -> None:
    (procedure,) = read(*ACTS, suggested=False).segments("PR1")
    assert [str(procedure(at)) for at in (1, 3, 5, 14, 20)] == [
        "1", "BW03ZZZ^Title of BW03ZZZ^I10P", "20260220", "1", "A"
    ]  # fmt: skip


def test_who_and_where() -> None:
    found = read(*ACTS)
    person, visit = found.segment("PID"), found.segment("PV1")
    assert found.unescape(str(person(3)[0][0])) == "77|31" and str(person(3)[0][4]) == "MR"
    assert found.unescape(str(person(5)[0][0])) == "O'Hara^Smith" and str(person(5)[0][1]) == "Ann"
    assert [str(person(at)) for at in (7, 8)] == ["19500228", "F"]
    assert [str(visit(at)) for at in (2, 19, 44, 45)] == ["I", "e1", "20260220080000+0100", "20260225103000+0000"]


@pytest.mark.parametrize("patient", [{"id": "p1"}, {"id": "p1", "name": [{"text": "Ann"}], "identifier": [{}]}])
def test_a_person_of_whom_little_is_known(patient: Any) -> None:
    person = read(*ACTS, patient=patient, encounter={}).segment("PID")
    assert str(person(3)) == "p1^^^CHARTLOOM^PI" and str(person(8)) == "U"
