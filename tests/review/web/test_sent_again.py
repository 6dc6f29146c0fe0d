"""What is sent again after a lost answer is answered as if it had just been done, whatever was done since."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.review.web.charting import Charting, log
from tests.review.web.conftest import ON_SQLITE, Enter

pytestmark = ON_SQLITE
MORE = {"edit": {"to": "I11.0"}, "query": {"question": "What is it?"}, "evidence": {"quote": "Denies fever"}}
ACTS = (
    "accept-all ", "accept I10", "earlier I10", "later I50.21", "principal I10", "undo ", "finish-leave ", "add E78.5",
    "edit I10", "query I10", "evidence I10",
)  # fmt: skip


@pytest.fixture
def coder(hospital: FastAPI, enter: Enter) -> Charting:
    made = Charting(enter("coder"), hospital)
    made.open()
    return made


@pytest.mark.parametrize("act", ACTS)
def test_each_action(coder: Charting, act: str) -> None:
    action, code = act.split(" ")
    if action in ("earlier", "later", "principal", "undo", "finish-leave", "evidence"):
        coder.act("accept", "I50.21")
        coder.act("accept", "I10")
    if action == "finish-leave":
        coder.act("principal", "I50.21")
    sent: dict[str, Any] = {"decision_id": "same", "version": coder.seen.version, **MORE.get(action, {})}
    assert coder.act(action, code, **sent).status_code == 200
    held = log(coder.app)
    assert coder.act(action, code, **sent).status_code == 200
    assert log(coder.app) == held


def test_what_another_said_is_not_hers(hospital: FastAPI, enter: Enter, coder: Charting) -> None:
    coder.act("accept", "I10", decision_id="same")
    coder.visitor.post(f"{coder.path}/release")
    other = Charting(enter("coder", "berta"), hospital)
    other.open()
    assert other.act("accept", "N17.9", decision_id="same").status_code == 422
