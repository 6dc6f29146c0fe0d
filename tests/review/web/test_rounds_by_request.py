"""Second reviews by requests alone: what is sent twice counts once, and who may not settle does not."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI

from tests.review.web.charting import Charting, chart_id, log
from tests.review.web.coders import state
from tests.review.web.conftest import ON_SQLITE, Enter

pytestmark = ON_SQLITE


@pytest.fixture
def twice(hospital: FastAPI) -> FastAPI:
    """Every chart is coded a second time."""
    house = hospital.state.house
    hospital.state.house = replace(house, settings=replace(house.settings, second_review=1.0))
    return hospital


def coded(app: FastAPI, enter: Enter, name: str, *codes: str) -> tuple[Charting, dict[str, Any]]:
    """Finished, and left. With what was sent to finish."""
    coder = Charting(enter("coder", name), app)
    coder.open()
    for code in codes:
        coder.act("accept", code)
    coder.act("principal", codes[0])
    sent: dict[str, Any] = {"decision_id": f"end-{name}", "version": coder.seen.version}
    assert coder.act("finish-leave", **sent).status_code == 200
    coder.visitor.post(f"{coder.path}/release")
    return coder, sent


@pytest.mark.parametrize("codes", [("I10",), ("N17.9",)])
def test_a_second_list_whose_end_is_sent_twice(twice: FastAPI, enter: Enter, codes: tuple[str, ...]) -> None:
    coded(twice, enter, "anna", "I10")
    berta, sent = coded(twice, enter, "berta", *codes)
    many = len(log(twice))
    again = berta.act("finish-leave", **sent)
    assert again.status_code == 200, again.text[:3000]
    assert len(log(twice)) == many


def test_a_first_list_whose_end_is_sent_twice(twice: FastAPI, enter: Enter) -> None:
    anna, sent = coded(twice, enter, "anna", "I10")
    assert anna.act("finish-leave", **sent).status_code == 200
    coded(twice, enter, "berta", "N17.9")
    assert anna.act("finish-leave", **sent).status_code == 200


def test_only_who_may_judge_adds_to_the_third_list(twice: FastAPI, enter: Enter) -> None:
    for name, code in (("anna", "I10"), ("berta", "N17.9")):
        coded(twice, enter, name, code)
    assert state(twice, chart_id(twice)) == "differs"
    many = len(log(twice))
    carla = Charting(enter("coder", "carla"), twice)
    carla.open()
    for action, code in (("accept", "I50.21"), ("finish-leave", ""), ("note", "")):
        answer = carla.act(action, code, reason="hers")
        assert answer.status_code != 200
    assert len(log(twice)) == many
    judge = Charting(enter("auditor", "judith"), twice)
    judge.open()
    assert judge.act("accept", "I50.21").status_code == 200


def test_a_first_list_is_opened_again_until_somebody_else_codes_the_chart(twice: FastAPI, enter: Enter) -> None:
    anna, _ = coded(twice, enter, "anna", "I10")
    assert anna.act("reopen").status_code == 200
    assert anna.act("finish-leave").status_code == 200
    anna.visitor.post(f"{anna.path}/release")
    berta = Charting(enter("coder", "berta"), twice)
    berta.open()
    assert berta.act("accept", "I10").status_code == 200
    many = len(log(twice))
    for action in ("reopen", "note", "query", "accept"):
        answer = anna.act(action, "I50.21", reason="x", question="What is it?")
        assert answer.status_code == 422 and "Nothing was recorded" in answer.text
    assert len(log(twice)) == many


@pytest.mark.parametrize("name", ["carla", "anna", "berta"])
def test_a_settled_chart_is_opened_again_by_whoever_comes(twice: FastAPI, enter: Enter, name: str) -> None:
    for each, code in (("anna", "I10"), ("berta", "N17.9")):
        coded(twice, enter, each, code)
    settled(twice, enter)
    assert state(twice, chart_id(twice)) == "done"
    coder = Charting(enter("coder", name), twice)
    coder.open()
    assert coder.act("reopen").status_code == 200
    assert state(twice, chart_id(twice)) == "working"
    answer = coder.act("add", "E78.5")
    assert answer.status_code == 200, answer.text[:3000]
    assert "/differences" not in coder.visitor.get(coder.path).text, "that is over"
    assert coder.act("finish-leave").status_code == 200
    assert state(twice, chart_id(twice)) == "done"


def settled(app: FastAPI, enter: Enter) -> None:
    """By what the left list says."""
    judge, path = enter("auditor", "judith"), f"/charts/{chart_id(app)}/differences"
    for _ in range(9):
        page = judge.get(path).text
        said = dict(re.findall(r'name="(decision_id|version|digest)" value="([^"]*)"', page))
        item = re.search(r'data-next.*?name="item" value="([^"]+)"', page, re.S)
        more = {"item": unescape(item[1]), "side": "left"} if item else {"act": "finish"}
        assert judge.post(path, {**said, **more}).status_code == 303
        if not item:
            break
    judge.post(f"/charts/{chart_id(app)}/release")
