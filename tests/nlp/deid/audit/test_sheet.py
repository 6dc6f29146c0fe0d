"""The reviewer's sheet: what it shows, what it asks for, what follows from the answers."""

from pathlib import Path

import pytest

from contract.errors import InputError
from nlp.deid.audit import sheet
from tests.nlp.deid.audit.lake import rows

NOTES = rows("notes", [{"note_id": "o1", "subject_id": 1, "text": "Seen by Ada <b>on</b> Monday."}])
SPANS = rows(
    "phi/spans",
    [
        {
            "subject_id": 1,
            "note_id": "p1",
            "start": 0,
            "end": 1,
            "label": "STAFF",
            "open_note_id": "o1",
            "open_start": 8,
            "open_end": 11,
        }
    ],
)


def test_what_was_replaced_is_marked_and_the_text_is_shown_as_it_is() -> None:
    page = sheet.files(NOTES, SPANS)["sheet.html"].decode()
    assert '<mark data-label="STAFF">Ada</mark>' in page
    assert "&lt;b&gt;on" in page


def test_a_span_outside_the_text_or_in_another_is_left_out() -> None:
    assert sheet.parts("abcdef", [(2, 4, "A"), (3, 5, "B"), (5, 9, "C")]) == [("ab", ""), ("cd", "A"), ("ef", "")]


def test_the_sheet_comes_back_filled_in(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_bytes(sheet.files(NOTES, SPANS)["sheet.csv"])
    blank = (tmp_path / "sheet.csv").read_text(encoding="utf-8")
    assert blank.splitlines() == ["number,note_id,words,leaks,what,remark", "1,o1,5,,,"]
    (tmp_path / "sheet.csv").write_text(blank + "2,o2,9,0,,\n3,o3,9,2,,\n4,o4,9,0,,\n", encoding="utf-8")
    rate = sheet.read(tmp_path / "sheet.csv")
    assert (rate.reviewed, rate.leaking) == (3, 1)
    twice = sheet.read(tmp_path / "sheet.csv", tmp_path / "sheet.csv")
    assert (twice.reviewed, twice.leaking) == (6, 2)


@pytest.mark.parametrize(
    ("leaking", "reviewed", "upper"), [(0, 30, 0.0950), (0, 300, 0.0099), (1, 100, 0.0466), (5, 5, 1.0)]
)
def test_the_bound_is_that_of_clopper_and_pearson(leaking: int, reviewed: int, upper: float) -> None:
    assert sheet.rate(leaking, reviewed).upper == pytest.approx(upper, abs=1e-4)


def test_an_unread_or_garbled_sheet_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(sheet.files(NOTES, SPANS)["sheet.csv"])
    with pytest.raises(InputError, match="fill in the column"):
        sheet.read(path)
    path.write_text("number,note_id,words,leaks,what,remark\n1,o1,5,many,,\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        sheet.read(path)
    path.write_text("number,note\n1,o1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column"):
        sheet.read(path)
