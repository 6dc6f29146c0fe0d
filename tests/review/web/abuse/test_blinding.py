"""Learning what a coder must not know while she codes: what is hidden, what is planted, what another decided."""

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from review.state import locks
from review.state.tables import audit, charts
from tests.review.web.coders import Coder, chart_of
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import Visitor, person

pytestmark = [pytest.mark.usefixtures("hospital"), ON_SQLITE]
ROW = r"<tr data-row>(?:(?!</tr>).)*/charts/{}\"(?:(?!</tr>).)*</tr>"


def settings(app: FastAPI, **said: float) -> None:
    house = app.state.house
    app.state.house = replace(house, settings=replace(house.settings, **said))


def row(visitor: Visitor, chart_id: str) -> str:
    found = re.search(ROW.format(chart_id), visitor.get("/worklist?state=all").text, re.S)
    assert found
    return found[0]


def test_blind_by_count(app: FastAPI, enter: Enter) -> None:
    coder, shown, blind = enter("coder"), chart_of(app, "stay-1"), chart_of(app, "blind-1")
    with app.state.house.database.write() as connection:
        connection.execute(update(charts).values(suggestions=7_351, gain=98.5))
    assert "7351" in row(coder, shown) and "98.5" in row(coder, shown)
    assert "7351" not in row(coder, blind) and "98.5" not in row(coder, blind)


def test_planted_by_count(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    with app.state.house.database.write() as connection:
        connection.execute(update(charts).values(suggestions=7_351))
    assert "7351" in coder.get("/worklist").text
    settings(app, planted=0.1)
    page = coder.get("/worklist").text
    assert "7351" not in page and "Suggested" not in page


def test_second_after_reading(app: FastAPI, enter: Enter) -> None:
    found, reader = chart_of(app, "long-1"), enter("coder", "berta")
    anna = Coder(app, person(app, "coder", "anna"), found)
    anna.does("add", "I10")
    anna.does("principal", "I10")
    assert anna.finishes() == "done"
    page = reader.get(f"/charts/{found}").text
    assert "I10" in page and f'action="/charts/{found}/second"' not in page
    assert reader.post(f"/charts/{found}/second").status_code == 403
    assert enter("coder", "anna").post(f"/charts/{found}/second").status_code == 303


def test_differences_unaudited(app: FastAPI, enter: Enter) -> None:
    settings(app, second_review=1.0)
    found, judge = chart_of(app, "stay-1"), enter("auditor")
    for name, code in (("anna", "I50.21"), ("berta", "I10")):
        coder = Coder(app, person(app, "coder", name), found)
        coder.does("add", code)
        coder.does("principal", code)
        coder.finishes()
    views = select(func.count()).where(audit.c.act == "differences seen")
    for version, many in (("²", 1), ("99", 2), ("-1", 3)):
        said = {"decision_id": "d1", "version": version, "item": "code|ICD-10-CM|I10", "side": "left"}
        answer = judge.post(f"/charts/{found}/differences", said)
        assert answer.status_code == 409 and "Two coders differ" in answer.text
        with app.state.house.database.read() as connection:
            assert connection.execute(views).scalar_one() == many


def test_first_by_lock(app: FastAPI, enter: Enter) -> None:
    settings(app, second_review=1.0)
    found, anna, berta = chart_of(app, "long-1"), enter("coder", "anna"), enter("coder", "berta")
    coder = Coder(app, person(app, "coder", "anna"), found)
    coder.does("add", "I10")
    coder.does("principal", "I10")
    said = {"decision_id": "end-1", "version": "2", "action": "finish", "leave": "yes", "digest": coder.chart.digest}
    ended = anna.post(f"/charts/{found}/acts", said, fragment=True)
    assert ended.status_code == 200, ended.text
    assert anna.post(f"/charts/{found}/hold").status_code == 204  # her page is open still
    with app.state.house.database.read() as connection:
        assert locks.holder(connection, found, 10.0) is None
    with app.state.house.database.write() as connection:
        locks.take(connection, found, coder.user.id, 10.0)  # as if she had opened it before it was finished elsewhere
    page = berta.get(f"/charts/{found}").text
    assert "Somebody else works on this chart" in page and "Anna" not in page
    acted = berta.post(f"/charts/{found}/acts", {**said, "decision_id": "end-2", "version": "0"}, fragment=True)
    assert acted.status_code in (422, 423) and "Anna" not in acted.text
