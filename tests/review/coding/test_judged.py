"""Rules on the accepted codes: errors first, of the chart's own day, and what became of a code that was retired."""

from datetime import date, datetime
from pathlib import Path

import pytest

from nlp.icd.catalogue.shelf import Shelf
from review.coding.allowed import Ground, billable
from review.coding.judged import errors, judged
from review.coding.line import ACCEPTED, REJECTED, Coding, Line
from review.coding.refused import Refused
from review.coding.tables import Tables
from tests.review.coding.made import CM, PCS, chart, tables


def coding(*codes: str, **fields: object) -> Coding:
    lines = [Line(PCS if len(code) == 7 and "." not in code else CM, code, "", ACCEPTED, "diagnosis", rank=at)
             for at, code in enumerate(codes, 1)]  # fmt: skip
    return Coding(tuple(lines), **fields)  # type: ignore[arg-type]


def rules(of: Coding) -> list[str]:
    return [message.rule for message in of.messages]


def test_errors_before_warnings() -> None:
    found = judged(coding("E11.9", "O80", "M54.5"), chart(sex="male"), tables())
    severities = [message.severity for message in found.messages]
    assert severities == sorted(severities) and "billable" in rules(found) and "sex-conflict" in rules(found)
    assert [message.rule for message in errors(found)] == ["billable"]


def test_only_accepted_codes_are_judged() -> None:
    line = Line(CM, "M54.5", "", REJECTED, "diagnosis")
    assert judged(Coding((line,)), chart(), tables()).messages == ()


def test_present_on_admission_is_asked_of_inpatients() -> None:
    assert "poa-missing" in rules(judged(coding("I10"), chart(setting="inpatient"), tables()))
    assert "poa-missing" not in rules(judged(coding("I10"), chart(), tables()))


def test_procedures_without_a_table_break_no_rule() -> None:
    assert judged(coding("027034Z"), chart(), tables()).messages == ()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Two editions more: one of a day before M54.50 was, and a made-up one of tomorrow."""
    folder = tmp_path / CM
    folder.mkdir()
    old = "code,title,billable\nM54,Dorsalgia,0\nM545,Low back pain,1\nI10,Essential hypertension,1\n"
    new = 'code,title,billable\nM54,Dorsalgia,0\nI10,Essential hypertension,1\nM5450,"Low back pain, unspecified",1\n'
    (folder / "2021.csv").write_text(old)
    (folder / "2027.csv").write_text(new)
    return Shelf(tmp_path)


def test_the_edition_of_the_day_decides(shelf: Shelf) -> None:
    then = chart(service=date(2020, 11, 30))
    assert errors(judged(coding("M54.5"), then, Tables(shelf))) == ()
    (found,) = errors(judged(coding("M54.50"), then, Tables(shelf)))
    assert "ICD-10-CM 2021" in found.text


def test_a_code_that_was_retired_yesterday(shelf: Shelf) -> None:
    (found,) = errors(judged(coding("M54.5"), chart(service=date(2026, 10, 1)), Tables(shelf)))
    assert "in force since 2026-10-01" in found.text
    assert "It was: Low back pain." in found.text and "Now perhaps: M54.50 Low back pain, unspecified." in found.text


def test_of_a_day_without_a_table() -> None:
    """Before the newest table a code may have been in force; behind it nothing that is not there is taken on trust."""
    before = judged(coding("M54.5"), chart(service=date(2020, 11, 30)), tables())
    assert errors(before) == () and {"edition", "billable"} <= set(rules(before))
    behind = judged(coding("M54.5"), chart(service=date(2026, 10, 1)), tables())
    assert [message.rule for message in errors(behind)] == ["billable"] and "edition" in rules(behind)


def test_a_code_of_a_day_whose_table_is_missing_may_be_added() -> None:
    ground = Ground(chart(service=date(2020, 11, 30)), Coding(), tables())
    billable(CM, "M54.5", ground)
    with pytest.raises(Refused):
        billable(CM, "ZZZ.9", ground)


def test_behind_the_gate_dates_name_no_edition(shelf: Shelf) -> None:
    found = judged(coding("M54.50"), chart(side="open", service=date(2020, 11, 30)), Tables(shelf))
    assert "edition" not in rules(found) and errors(found) == ()


def test_an_inpatient_is_coded_as_of_discharge(shelf: Shelf) -> None:
    said = {"setting": "inpatient", "discharged": datetime(2020, 11, 29), "service": None}
    assert "ICD-10-CM 2021" in errors(judged(coding("M54.50"), chart(**said), Tables(shelf)))[0].text
