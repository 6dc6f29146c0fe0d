"""Codes as CSV."""

import csv
import io
from typing import Any

from nlp.icd.billing import sheet
from tests.nlp.icd.billing.cases import act, stay

ACTS = (act(1, "accept", "E11.9", "=cmd()", {"poa": "Y"}), act(2, "accept", "Z51.5"), act(3, "reject", "Z51.5"))


def rows(*acts: Any) -> list[dict[str, str]]:
    text = sheet.header() + sheet.lines(stay(*acts), {"E11.9": ["billable"]})
    return list(csv.DictReader(io.StringIO(text)))


def test_a_line_a_code_without_what_was_withdrawn() -> None:
    found = rows(*ACTS)
    assert [(r["code"], r["status"], r["kind"], r["sequence"]) for r in found] == [
        ("E11.9", "accepted", "diagnosis", "1"), ("I50.9", "suggested", "diagnosis", "2"),
        ("BW03ZZZ", "suggested", "procedure", "1"),
    ]  # fmt: skip
    assert found[0] | {"patient_id": "p1", "identifiers": "77|31", "class": "IMP", "poa": "Y", "errors": "billable",
                       "decided": "2026-03-01T09:01:00Z", "score": "0.9000"} == found[0]  # fmt: skip


def test_a_spreadsheet_reckons_with_no_text() -> None:
    assert rows(*ACTS)[0]["coder"] == "'=cmd()"


def test_what_the_patient_was_admitted_for() -> None:
    found = rows(*ACTS, act(4, "accept", "I50.9"), act(5, "admitting", "I50.9"), act(6, "principal", "I50.9"))
    assert [(r["code"], r["sequence"], r["admitting"]) for r in found[:2]] == [
        ("I50.9", "1", "yes"),
        ("E11.9", "2", ""),
    ]
