"""What is sent again after a lost answer is answered as if it had just been done, whatever was done since."""

import pytest
from fastapi import FastAPI

from tests.review.web.charting import Charting, log
from tests.review.web.conftest import ON_SQLITE, Enter

pytestmark = ON_SQLITE


@pytest.fixture
def coder(hospital: FastAPI, enter: Enter) -> Charting:
    made = Charting(enter("coder"), hospital)
    made.open()
    return made


@pytest.mark.parametrize("action", ["accept-all", "accept", "earlier", "later", "principal", "undo", "finish-leave", "add", "edit", "query", "evidence"])
def test_each_action(coder: Charting, action: str) -> None:
    if action in ("earlier", "later", "principal", "undo", "finish-leave", "evidence"):
        coder.act("accept", "I50.21")
        coder.act("accept", "I10")
    if action == "finish-leave":
        coder.act("principal", "I50.21")
    code = {"accept-all": "", "undo": "", "finish-leave": "", "earlier": "I10", "later": "I50.21", "add": "E78.5"}.get(action, "I10")
    more = {"to": "I11.0"} if action == "edit" else {"question": "What is it?"} if action == "query" else {}
    more |= {"quote": "Denies fever"} if action == "evidence" else {}
    sent = {"decision_id": "same", "version": coder.seen.version, **more}
    first = coder.act(action, code, **sent)
    assert first.status_code == 200, first.text[:2000]
    held = log(coder.app)
    again = coder.act(action, code, **sent)
    assert again.status_code == 200, again.text
    assert log(coder.app) == held


def test_what_another_said_is_not_hers(hospital: FastAPI, enter: Enter, coder: Charting) -> None:
    coder.act("accept", "I10", decision_id="same")
    coder.visitor.post(f"{coder.path}/release")
    other = Charting(enter("coder", "berta"), hospital)
    other.open()
    assert other.act("accept", "N17.9", decision_id="same").status_code == 422
