"""Pages of agreement and of sheets, on what simulated coders left."""

import csv
import dataclasses
import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from review.judging.lists import Finished
from review.state.tables import charts, finished, listed
from review.web.house import House
from tests.review.judging.simulated import Habit, coded
from tests.review.judging.simulated import charts as made_up
from tests.review.web.visitor import Visitor, entered, person


def keep(app: FastAPI, lists: Sequence[Finished]) -> None:
    """As if they had been finished on the page."""
    heads, rows = [], []
    for each in lists:
        key = {"chart_id": each.chart_id, "thread": each.thread, "digest": each.digest}
        heads.append({**key, "user_id": each.user_id, "time": each.time, "blind": each.blind, "seconds": each.seconds})
        rows += [{**key, **{f.name: getattr(one, f.name) for f in dataclasses.fields(one)}} for one in each.entries]
    known = [{"id": id, "subject_id": at, "encounter_id": id} for at, id in enumerate({e.chart_id for e in lists})]
    with app.state.house.database.write() as connection:
        for table, said in ((charts, known), (finished, heads), (listed, rows)):
            connection.execute(insert(table), said)


@pytest.fixture
def coders(app: FastAPI) -> list[int]:
    """Two coders of 60 charts, 30 of them coded by both."""
    users = [person(app, "coder", name).id for name in ("anna", "berta")]
    random = np.random.default_rng(7)
    drawn = made_up(random, 60)
    first = [coded(random, chart, Habit(), "1", users[0]) for chart in drawn]
    keep(app, first + [coded(random, chart, Habit(), "2", users[1]) for chart in drawn[:30]])
    return users


def numbers(visitor: Visitor, query: str = "") -> list[dict[str, Any]]:
    answer = visitor.get("/agreement/figures.csv" + query)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.usefixtures("coders")
def test_an_auditor_reads_agreement_and_bias(app: FastAPI) -> None:
    auditor = entered(app, "auditor")
    page = auditor.get("/agreement")
    assert page.status_code == 200
    assert "60 charts are finished; 30 were coded twice" in page.text
    assert page.text.count("<svg") == 3 and page.text.count('role="img"') == 3
    assert not re.search(r"\sstyle=|<style|onclick", page.text)
    assert "Anna" not in page.text and "c17" not in page.text
    figures = {(row["section"], row["part"], row["figure"]): row for row in numbers(auditor)}
    kappa = figures["agreement", "", "kappa"]
    assert 0 < float(kappa["low"]) < float(kappa["value"]) < float(kappa["high"]) < 1
    assert kappa["charts"] == "30"
    assert f"{float(kappa['value']):.2f}" in page.text
    assert {"shown", "hidden", "difference"} <= {part for section, part, _ in figures if section == "bias"}


@pytest.mark.usefixtures("coders")
def test_figures_are_of_the_days_that_are_asked_for(app: FastAPI) -> None:
    auditor = entered(app, "auditor")
    assert numbers(auditor, "?since=2026-11-02&until=2026-11-02")[0]["charts"] == "30"
    assert numbers(auditor, "?since=2026-11-03")[0]["charts"] == "0"
    assert numbers(auditor, "?since=soon&until='%3B--")[0]["charts"] == "30"
    assert "0 charts are finished" in auditor.get("/agreement?until=2026-11-01").text


def test_a_new_list_is_counted(app: FastAPI, coders: list[int]) -> None:
    auditor = entered(app, "auditor")
    assert "60 charts" in auditor.get("/agreement").text
    random = np.random.default_rng(8)
    (chart,) = made_up(random, 1)
    keep(app, [coded(random, dataclasses.replace(chart, chart_id="c99"), Habit(), "1", coders[0])])
    assert "61 charts" in auditor.get("/agreement").text


def test_before_anything_is_finished_the_page_says_so(app: FastAPI) -> None:
    auditor = entered(app, "auditor")
    page = auditor.get("/agreement")
    assert page.status_code == 200
    assert "No suggestion was decided yet" in page.text
    assert all(row["value"] == "" for row in numbers(auditor))


@pytest.mark.parametrize("role", ["coder", "trainee", "researcher", "admin"])
def test_nobody_else_reads_them(app: FastAPI, role: str) -> None:
    visitor = entered(app, role)
    for path in ("/agreement", "/agreement/figures.csv", "/sheets"):
        assert visitor.get(path).status_code == 403
    assert visitor.post("/differences/next").status_code == 403


@pytest.mark.usefixtures("coders")
def test_sheets_are_off_unless_a_site_wants_them(app: FastAPI) -> None:
    auditor = entered(app, "auditor")
    assert auditor.get("/sheets").status_code == 403
    assert "/sheets" not in auditor.get("/agreement").text
    _turned_on(app)
    page = auditor.get("/sheets").text
    assert page.index("Anna") < page.index("Berta")
    assert "Minutes a chart" not in page  # timing is off
    assert "/sheets" in auditor.get("/agreement").text


@pytest.mark.usefixtures("coders")
def test_a_coder_sees_her_own_and_nobody_elses(app: FastAPI) -> None:
    page = entered(app, "coder", "berta").get("/sheets/me").text
    assert "Berta" in page and "Anna" not in page
    assert '<td class="number">30</td>' in page
    assert entered(app, "trainee").get("/sheets/me").status_code == 200
    assert entered(app, "researcher").get("/sheets/me").status_code == 403


def _turned_on(app: FastAPI) -> None:
    house: House = app.state.house
    settings = dataclasses.replace(house.settings, sheets=True)
    app.state.house = dataclasses.replace(house, settings=settings)
