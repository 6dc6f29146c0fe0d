"""The worklist: what is shown to whom, filters, the next chart, and who is given one."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from review.state import locks, tables
from tests.review.web.conftest import Enter
from tests.review.web.visitor import Visitor, person


def ids(text: str) -> list[str]:
    return re.findall(r'href="/charts/([\w-]+)" data-chart', text)


def of_encounter(app: FastAPI, name: str) -> str:
    with app.state.house.database.read() as connection:
        query = select(tables.charts.c.id).where(tables.charts.c.encounter_id == name)
        return str(connection.execute(query).scalar_one())


pytestmark = pytest.mark.usefixtures("hospital")


@pytest.fixture
def coder(enter: Enter) -> Visitor:
    return enter("coder")


def test_charts_stand_in_order_of_priority(app: FastAPI, coder: Visitor) -> None:
    shown = coder.get("/worklist")
    with app.state.house.database.read() as connection:
        c = tables.charts.c
        query = (
            select(c.id).where(c.state.in_(("open", "working", "reopened"))).order_by(c.priority.desc(), c.id.desc())
        )
        assert ids(shown.text) == list(connection.execute(query).scalars())
    assert len(ids(shown.text)) > 3
    assert shown.text.count("<tr data-row>") == len(ids(shown.text))  # what j and k walk along (static/page.js)


def test_no_page_says_an_id_of_an_encounter_or_person(app: FastAPI, coder: Visitor) -> None:
    with app.state.house.database.read() as connection:
        rows = connection.execute(select(tables.charts.c.encounter_id, tables.charts.c.subject_id)).all()
    shown = coder.get("/worklist?state=all").text
    assert not [row for row in rows if row.encounter_id in shown or str(row.subject_id) in shown]


@pytest.mark.parametrize("role", ["trainee", "researcher", "admin"])
def test_past_the_gate_there_are_no_wards_and_no_dates(coder: Visitor, enter: Enter, role: str) -> None:
    real = coder.get("/worklist?state=all").text
    shown = enter(role).get("/worklist?state=all&ward=Medicine&from=2026-11-19&to=2026-11-19&coder=1").text
    dates = set(re.findall(r"\d{4}-\d\d-\d\d", real))
    assert dates and not [day for day in dates if day in shown]
    assert 'name="ward"' in real and 'name="ward"' not in shown and 'name="from"' not in shown
    count = re.compile(r'all <span class="count">(\d+)')
    assert count.search(shown)[1] == count.search(real)[1]  # type: ignore[index]  # filters by what is hidden do nothing


def test_filters_narrow_and_are_kept_in_links(coder: Visitor) -> None:
    whole = coder.get("/worklist?state=all")
    ward = re.findall(r"<option>([^<]+)</option>", whole.text)[0]
    part = coder.get("/worklist?state=all&ward=" + quote(unescape(ward)))
    assert 0 < len(ids(part.text)) < len(ids(whole.text))
    assert "ward=" in re.findall(r'href="(/worklist\?[^"]*state=done[^"]*)"', part.text)[0]


@pytest.mark.parametrize(
    "query", ["state=gone", "page=-1", "page=zero", "from=yesterday", "uncertain=much", "coder=x'"]
)
def test_what_cannot_be_read_is_as_if_not_asked_for(coder: Visitor, query: str) -> None:
    assert ids(coder.get(f"/worklist?{query}").text) == ids(coder.get("/worklist").text)


def test_the_next_chart_is_hers_alone(app: FastAPI, enter: Enter) -> None:
    one, two = enter("coder"), enter("coder", "berta")
    first, second = (visitor.post("/worklist/next").headers["location"] for visitor in (one, two))
    assert first.startswith("/charts/") and second.startswith("/charts/") and first != second
    with app.state.house.database.read() as connection:
        assert locks.holder(connection, first.removeprefix("/charts/"), 10.0).shown == "Coder"  # type: ignore[union-attr]
    assert "open at Coder" in two.get("/worklist").text


def test_without_charts_the_page_says_so(app: FastAPI, enter: Enter) -> None:
    with app.state.house.database.write() as connection:
        connection.execute(update(tables.charts).values(state="done"))
    coder = enter("coder")
    answer = coder.post("/worklist/next")
    assert answer.headers["location"] == "/worklist?none=1"
    assert "No chart waits" in coder.get("/worklist?none=1").text


def test_a_chart_is_given_and_freed(app: FastAPI, enter: Enter) -> None:
    chart = of_encounter(app, "stay-1")
    auditor, anna = enter("auditor"), person(app, "coder", "anna")
    auditor.get("/worklist")
    back = {"next": "/worklist?state=all"}
    given = auditor.post(f"/charts/{chart}/assign", {"user": anna.id, **back})
    assert (given.status_code, given.headers["location"]) == (303, "/worklist?state=all")
    assert "Anna" in auditor.get(f"/worklist?coder={anna.id}").text
    assert ids(auditor.get(f"/worklist?coder={anna.id}").text) == [chart]
    with app.state.house.database.write() as connection:
        locks.take(connection, chart, anna.id, 10.0)
    assert auditor.post(f"/charts/{chart}/free", back).status_code == 303
    assert auditor.post(f"/charts/{chart}/assign", {"user": person(app, "trainee").id}).status_code == 422
    with app.state.house.database.read() as connection:
        assert locks.holder(connection, chart, 10.0) is None
        acts = connection.execute(select(tables.audit.c.act).where(tables.audit.c.chart_id == chart)).scalars().all()
    assert acts == ["assigned", "lock freed"]


def test_the_next_chart_is_one_of_those_that_were_asked_for(app: FastAPI, coder: Visitor) -> None:
    c = tables.charts.c
    with app.state.house.database.read() as connection:
        query = select(c.id, c.ward).where(c.state == "open", c.gone.is_(False), c.ward != "")
        wards = {row.ward: row.id for row in connection.execute(query.order_by(c.priority.desc(), c.id))}
    assert len(wards) > 1
    for ward in wards:
        shown = coder.get("/worklist?ward=" + quote(ward)).text
        assert unescape(re.findall(r'<input type="hidden" name="ward" value="([^"]*)">', shown)[0]) == ward
        chart = coder.post("/worklist/next", {"ward": ward}).headers["location"].removeprefix("/charts/")
        with app.state.house.database.read() as connection:
            assert connection.execute(select(c.ward).where(c.id == chart)).scalar_one() == ward
    nothing = coder.post("/worklist/next", {"ward": ward, "from": "2090-01-01"}).headers["location"]
    assert nothing.startswith("/worklist?ward=") and nothing.endswith("from=2090-01-01&none=1")
    assert "No chart that fits waits" in coder.get(nothing).text


def test_the_next_chart_is_another_one(coder: Visitor) -> None:
    here = coder.post("/worklist/next").headers["location"]
    after = re.findall(r'name="after" value="(\w+)"', coder.get(here).text)
    assert after == [here.removeprefix("/charts/")]
    assert coder.post("/worklist/next", {"after": after[0]}).headers["location"] != here
