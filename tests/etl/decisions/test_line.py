"""One line of the inbox: what is taken, and by which rule the rest is refused."""

import json
from datetime import datetime
from typing import Any

import pytest

from etl.decisions.line import MESSAGES, Broken, parsed

GOOD: dict[str, Any] = {
    "decision_id": "d1",
    "time": "2026-11-20T16:03:00+02:00",
    "actor": "anna",
    "action": "accept",
    "subject_id": "9007199254740993",
    "encounter_id": "e1",
    "system": "ICD-10-CM",
    "code": "I10",
}


def line(**said: Any) -> bytes:
    return json.dumps({**GOOD, **said}).encode()


def test_a_good_line() -> None:
    found = parsed(line(after={"code": "I10"}, seconds=3, evidence=[{"note_id": "n", "start": 0, "end": 4}]))
    assert found["subject_id"] == 9007199254740993, "digits keep what JavaScript's numbers lose"
    assert found["time"] == datetime(2026, 11, 20, 14, 3)
    assert json.loads(found["after"]) == {"code": "I10"} and found["seconds"] == 3.0
    assert found["evidence"] == [{"note_id": "n", "start": 0, "end": 4, "source": "coder", "weight": 1.0}]


@pytest.mark.parametrize("after", [{"undone": "d0"}, '{"undone": "d0"}'])
def test_an_undo_names_what_it_takes_back(after: Any) -> None:
    found = parsed(line(action="undo", system=None, code=None, after=after))
    assert json.loads(found["after"]) == {"undone": "d0"}


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b'{"decision_id": "d1", "ti', "not-json"),
        (b"[1]", "not-json"),
        (b"\xff\xfe", "not-json"),
        (line(actor=""), "required"),
        (line(encounter_id=None), "required"),
        (line(action="approve"), "action"),
        (line(action="evidence", code=None), "code"),
        (line(action="undo"), "undone"),
        (line(action="undo", after="{"), "undone"),
        (line(action="undo", after={"undone": 5}), "undone"),
        (line(action="redo", after={"undone": "d0"}), "undone"),
        (line(code=None), "code"),
        (line(action="add", system=""), "code"),
        (line(code=10), "text"),
        (line(time="2026-11-20T16:03:00"), "time-format"),
        (line(time="yesterday"), "time-format"),
        (line(time=5), "time-format"),
        (line(time="0001-01-01T00:00:00+14:00"), "time-format"),
        (line(time="9999-12-31T23:00:00-14:00"), "time-format"),
        (line(subject_id="anna"), "subject"),
        (line(subject_id=-4), "subject"),
        (line(subject_id=True), "subject"),
        (line(subject_id=str(1 << 63)), "subject"),
        (line(subject_id="9" * 5000), "subject"),
        (line(seconds="soon"), "number"),
        (line(seconds=-1), "number"),
        (line(evidence={"note_id": "n"}), "evidence"),
        (line(evidence=[{"note_id": "n", "start": 4, "end": 4}]), "evidence"),
        (line(evidence=[{"note_id": "n", "start": "0", "end": 4}]), "evidence"),
    ],
)
def test_a_bad_line(raw: bytes, rule: str) -> None:
    with pytest.raises(Broken) as broken:
        parsed(raw)
    assert broken.value.rule == rule and rule in MESSAGES


def test_an_end_needs_no_code() -> None:
    assert parsed(line(action="finish", system=None, code=None))["code"] is None
