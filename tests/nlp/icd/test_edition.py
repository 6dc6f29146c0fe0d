"""Relinked codes held against the edition of their real day."""

from typing import Any

import pyarrow as pa

from nlp.icd.edition import CheckEdition
from schemas.registry import table


def checked(*codes: str, band: str = "review", **said: Any) -> list[tuple[str, str]]:
    rows = [{"subject_id": 1, "encounter_id": "e", "system": "ICD-10-CM", "code": code, "band": band} for code in codes]
    encounter = {"subject_id": 1, "id": "e", "class": {"code": "IMP"},
                 "period": {"start": "2019-05-01", "end": "2026-05-03T10:00:00Z"}}  # fmt: skip
    stage = CheckEdition()
    stage.open()
    made = stage.run({
        "phi/codes": table("phi/codes").conform(pa.Table.from_pylist(rows)),
        "phi/fhir/Encounter": pa.Table.from_pylist([{**encounter, **said}]),
    })  # fmt: skip
    return [(row["code"], row["rule"]) for row in made["phi/codes_checked"].to_pylist()]


def test_codes_that_may_be_billed_leave_no_row() -> None:
    assert checked("I50.9", "E11.9") == []


def test_codes_that_do_not_exist_or_are_not_billable() -> None:
    assert {("I50.99", "exists"), ("I50", "billable")} <= set(checked("I50.99", "I50", "I10"))


def test_an_encounter_whose_edition_is_not_at_hand_is_said_once() -> None:
    assert checked("I50.9", "I50.99", **{"class": {"code": "AMB"}}) == [("", "edition")]
    assert checked("I50.9", period={"start": "2026", "end": "2026"}) == [("", "edition")]
    assert checked("I50.9", id="another") == [("", "edition")]


def test_hidden_codes_are_not_checked() -> None:
    assert checked("I50.99", band="hidden") == []


def test_nothing_of_nothing() -> None:
    assert CheckEdition().run({"phi/codes": table("phi/codes").empty()}) == {}
