"""What was taken back does not count, in whatever order it comes."""

import json
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.standing import parted, standing


def act(name: str, at: int, action: str = "accept", encounter: str = "e1", **after: str) -> dict[str, Any]:
    time = datetime(2026, 1, 1) + timedelta(minutes=at)
    return {"subject_id": 1, "encounter_id": encounter, "decision_id": name, "time": time, "action": action,
            "after": json.dumps(after) if after else None}  # fmt: skip


A, B = act("a", 1), act("b", 2)
UNDO = act("u", 3, "undo", undone="a")
REDO = act("r", 4, "redo", redone="a")


def names(*acts: dict[str, Any]) -> list[str]:
    return [row["decision_id"] for row in standing(acts)]


def test_an_undone_act_is_gone_in_whatever_order_rows_come() -> None:
    assert {tuple(names(*rows)) for rows in permutations([A, B, UNDO])} == {("b",)}
    assert {tuple(names(*rows)) for rows in permutations([A, B, UNDO, REDO])} == {("a", "b")}
    assert [row["decision_id"] for row in parted([UNDO, A, B])[1]] == ["a"]


def test_an_undo_that_is_older_than_its_act_by_a_clock_counts() -> None:
    assert names(A, act("u", 0, "undo", undone="a")) == []


@pytest.mark.parametrize("last", [{"action": "undo", "undone": "u"}, {"action": "redo", "redone": "u"}])
def test_an_undo_that_is_taken_back(last: dict[str, str]) -> None:
    assert names(A, UNDO, act("v", 5, **last)) == ["a"]


def test_the_last_word_counts() -> None:
    assert names(A, UNDO, REDO, act("v", 5, "undo", undone="a")) == []
    assert names(A, UNDO, REDO, act("v", 5, "undo", undone="r")) == []


@pytest.mark.parametrize("after", [None, "", "{", "[1]", '{"undone": 5}', '{"undone": "x"}', "[" * 200_000])
def test_an_undo_that_names_nothing_takes_nothing_back(after: str | None) -> None:
    assert names(A, {**UNDO, "after": after}) == ["a"]


def test_an_undo_of_another_encounter_takes_nothing_back() -> None:
    assert names(A, act("u", 3, "undo", encounter="e2", undone="a")) == ["a"]
