"""All rules on one encounter: what comes first, what is silent where, what a message tells; editions on real dates.

The rules one by one are judged by bench/icd_rules_cases.yaml (tests/bench/test_icd_rules.py).
"""

from datetime import date
from pathlib import Path

import pytest

from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.catalogue.shelf import Shelf
from nlp.icd.rules.case import Coded, Patient, Stay, setting
from nlp.icd.rules.rules import check, check_edition, edition_of


@pytest.fixture(scope="module")
def table() -> Catalogue:
    return Catalogue.icd10cm()


def coded(*names: str) -> list[Coded]:
    return [Coded(name) for name in names]


def test_errors_come_first_and_say_what_to_do(table: Catalogue) -> None:
    found = check(coded("E10.9", "E11.9", "N18", "A00.5"), Patient(), Stay("inpatient"), table)
    assert [message.severity for message in found[:2]] == ["error", "error"]
    assert found[0].rule == "exists" and "A00.0" in found[0].text
    assert found[1].rule == "billable" and "N18.1" in found[1].text and "N18.6" in found[1].text
    pair = next(message for message in found if message.rule == "excludes1")
    assert {pair.code, pair.other} == {"E10.9", "E11.9"}
    assert pair.source.startswith("I.A.12.a; note") and "E11.-" in pair.source


@pytest.mark.parametrize("code", ["", " ", ".", "é", "E119", "e11.9", "A" * 60])
def test_what_is_no_code_is_an_error_and_nothing_more(table: Catalogue, code: str) -> None:
    found = check(coded(code), Patient("female", 30), Stay("inpatient"), table)
    assert [message.rule for message in found] == ["exists"]
    assert ("it is written E11.9" in found[0].text) == (code in ("E119", "e11.9"))
    assert len(found[0].text) < 200


def test_nothing_is_said_of_codes_in_order(table: Catalogue) -> None:
    codes = [Coded("I21.4", True, "Y"), Coded("E78.5", poa="Y"), Coded("Z79.82", poa="")]
    assert check(codes, Patient("male", 60), Stay("inpatient", country="US"), table) == []
    assert check([], Patient(), Stay(), table) == []


def test_spain_has_existence_only(table: Catalogue) -> None:
    codes = coded("E10.9", "E11.9", "E11", "O80", "I10")
    found = check(codes, Patient("male", 90), Stay("inpatient", country="ES"), table)
    assert {message.rule for message in found} == {"billable", "parent-and-child"}
    assert check(codes[:2] + coded("Q99.99"), Patient(), Stay(country="ES"), Catalogue.unknown("CIE-10-ES")) == []


def test_a_list_of_exempt_codes_takes_the_place_of_ours(table: Catalogue) -> None:
    codes = [Coded("Z79.4", poa=""), Coded("I10", poa=""), Coded("W19.XXXA", poa="")]  # of the last nobody knows

    def missing(exempt: set[str] | None) -> list[str]:
        found = check(codes, Patient(), Stay("inpatient"), table, exempt=exempt)
        return [message.code for message in found if message.rule == "poa-missing"]

    assert missing(None) == ["I10"]
    assert missing({"I10"}) == ["Z79.4", "W19.XXXA"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("inpatient", "inpatient"),
        ("IMP", "inpatient"),
        ("AMB", "outpatient"),
        ("Emergency", "outpatient"),
        ("?", "unknown"),
    ],
)
def test_words_for_settings(word: str, kind: str) -> None:
    assert setting(word) == kind


def test_the_deciding_day_is_discharge_or_service() -> None:
    days = {"discharge": date(2024, 10, 1), "service": date(2024, 9, 30)}
    names = [edition_of(Stay(word, **days, country="US")) for word in ("inpatient", "outpatient", "unknown")]
    assert [each and each.name for each in names] == ["2025", "2024-april", "2025"]
    assert edition_of(Stay("inpatient", service=date(2024, 9, 30))) is None


def test_codes_are_checked_with_the_edition_of_the_day(tmp_path: Path) -> None:
    (tmp_path / "ICD-10-CM").mkdir()
    (tmp_path / "ICD-10-CM" / "2020.csv").write_text("code,title,billable\nE11,x,0\nE11.9,x,1\n")
    shelf = Shelf(tmp_path)
    codes = coded("E11.9", "E11", "U07.1")
    old, new, lacking = (Stay("inpatient", discharge=date(*day)) for day in ((2020, 1, 5), (2026, 5, 1), (2019, 1, 5)))
    assert [(m.rule, m.code) for m in check_edition(codes, old, shelf)] == [("exists", "U07.1"), ("billable", "E11")]
    assert [(m.rule, m.code) for m in check_edition(codes, new, shelf)] == [("billable", "E11")]
    unchecked = check_edition(codes, lacking, shelf)
    assert [(m.rule, m.severity) for m in unchecked] == [("edition", "warning")]
    assert "ICD-10-CM 2019 is not at hand" in unchecked[0].text
    assert check_edition(codes, Stay("inpatient"), shelf)[0].rule == "edition"


def test_procedures_have_editions_of_their_own_and_break_no_rule_of_diagnoses(tmp_path: Path) -> None:
    (tmp_path / "ICD-10-PCS").mkdir()
    (tmp_path / "ICD-10-PCS" / "2026.csv").write_text("code,title,billable\n0DT,x,0\n0DTJ4ZZ,x,1\nF13ZB0Z,x,1\n")
    shelf, stay = Shelf(tmp_path), Stay("inpatient", discharge=date(2025, 11, 1))
    codes = coded("0DTJ4ZZ", "0DT", "0DTJ4ZX")
    found = check_edition(codes, stay, shelf, kind="procedures")
    assert [(m.rule, m.code) for m in found] == [("exists", "0DTJ4ZX"), ("billable", "0DT")]
    table = shelf.named("ICD-10-PCS", "2026")
    assert table is not None
    assert check([Coded("F13ZB0Z", True, "")], Patient("male", 3), stay, table) == []
