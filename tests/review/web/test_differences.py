"""Two coders who differ, and an auditor who settles it."""

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI

from review.charts.chart import Span
from review.coding.folded import folded
from review.judging import rounds
from review.state.tables import charts
from review.web.house import House
from tests.review.web.coders import Coder, chart_of, state
from tests.review.web.visitor import Visitor, entered, person

ITEM = re.compile(r'name="item" value="([^"]+)"')
FIELDS = re.compile(r'name="(decision_id|version|digest)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def twice(hospital: FastAPI) -> None:
    """Every chart is coded a second time."""
    house: House = hospital.state.house
    hospital.state.house = replace(house, settings=replace(house.settings, second_review=1.0))


@pytest.fixture
def chart_id(app: FastAPI) -> str:
    """Anna and Berta agree on heart failure, and differ on three things."""
    found = chart_of(app, "stay-1")
    anna, berta = (Coder(app, person(app, "coder", name), found) for name in ("anna", "berta"))
    note = next(note for note in anna.chart.notes if note.note_id == "n-admission")
    start = note.text.index("Known hypertension")
    marked = Span(note.note_id, start, start + 18, quote="Known hypertension")
    anna.does("add", "I50.21")
    anna.does("principal", "I50.21")
    anna.does("poa", "I50.21", poa="Y")
    anna.does("add", "I11.0", evidence=(marked,))
    assert anna.finishes() == "second"
    berta.does("add", "I50.21")
    berta.does("add", "N17.9")
    berta.does("poa", "I50.21", poa="N")
    berta.does("principal", "N17.9")
    assert berta.finishes() == "differs"
    return found


def fields(page: str) -> dict[str, str]:
    return dict(FIELDS.findall(page))


def settled(judge: Visitor, chart_id: str, side: str = "left") -> list[str]:
    """Everything, by the same side; gives the names of what was asked."""
    names = []
    for _ in range(10):
        page = judge.get(f"/charts/{chart_id}/differences").text
        open_ = re.search(r"data-next.*?" + ITEM.pattern, page, re.S)
        if not open_:
            break
        names.append(open_[1])
        answer = judge.post(f"/charts/{chart_id}/differences", {**fields(page), "item": open_[1], "side": side})
        assert answer.status_code == 303, answer.text
    return names


def test_an_auditor_settles_one_by_one(app: FastAPI, chart_id: str) -> None:
    judge = entered(app, "auditor", "judith")
    page = judge.get(f"/charts/{chart_id}/differences").text
    assert "Anna" not in page and "Berta" not in page
    assert "<mark>Known hypertension</mark>" in page
    names = settled(judge, chart_id)
    assert sorted(name.split("|")[0] for name in names) == ["code", "code", "poa", "principal"]
    page = judge.get(f"/charts/{chart_id}/differences").text
    done = judge.post(f"/charts/{chart_id}/differences", {**fields(page), "act": "finish"})
    assert (done.status_code, done.headers["location"]) == (303, "/agreement")
    assert state(app, chart_id) == "done"
    after = judge.get(f"/charts/{chart_id}/differences").text
    assert "Anna" in after and "Berta" in after
    coder = Coder(app, person(app, "auditor", "judith"), chart_id)
    third = folded(coder.chart, (), coder.acts(3), blind=False)
    codes = {line.code: line for line in third.accepted()}
    assert "I50.21" in codes and len(codes) == 2  # what both have, and what the left list alone has
    with coder.house.database.read() as connection:
        assert rounds.standing(connection, chart_id) == 3
    assert all(act.actor == "judith" for act in coder.acts(3))


def test_a_code_that_is_taken_brings_the_words_that_were_marked(app: FastAPI, chart_id: str) -> None:
    judge = entered(app, "auditor", "judith")
    for side in ("left", "right"):
        page = judge.get(f"/charts/{chart_id}/differences").text
        said = {**fields(page), "item": "code|ICD-10-CM|I11.0", "side": side}
        assert judge.post(f"/charts/{chart_id}/differences", said).status_code == 303
    acts = Coder(app, person(app, "auditor", "judith"), chart_id).acts(3)
    taken = [act for act in acts if act.code == "I11.0" and act.action in ("add", "accept")]
    spans = [span.quote for act in taken for span in act.evidence if span.source == "coder"]
    assert spans == ["Known hypertension"]  # not where it is added to be left out


def test_a_code_that_is_left_out_is_said_not_to_be_one(app: FastAPI, chart_id: str) -> None:
    """I11.0 was added by one coder alone, and nothing suggests it."""
    judge = entered(app, "auditor", "judith")
    coder = Coder(app, person(app, "auditor", "judith"), chart_id)
    for side in ("left", "right", "left"):
        page = judge.get(f"/charts/{chart_id}/differences").text
        judge.post(f"/charts/{chart_id}/differences", {**fields(page), "item": "code|ICD-10-CM|I11.0", "side": side})
    said = [act.action for act in coder.acts(3) if act.code == "I11.0"]
    assert said in (["add", "remove", "add"], ["add", "remove", "add", "remove"])
    line = folded(coder.chart, (), coder.acts(3), blind=False).of("ICD-10-CM", "I11.0")
    assert (line is None) == (len(said) == 4)


def test_sent_twice_it_counts_once(app: FastAPI, chart_id: str) -> None:
    judge = entered(app, "auditor", "judith")
    page = judge.get(f"/charts/{chart_id}/differences").text
    said = {**fields(page), "item": "code|ICD-10-CM|N17.9", "side": "left"}
    assert judge.post(f"/charts/{chart_id}/differences", said).status_code == 303
    many = len(Coder(app, person(app, "auditor", "judith"), chart_id).acts(3))
    assert judge.post(f"/charts/{chart_id}/differences", said).status_code == 303
    assert len(Coder(app, person(app, "auditor", "judith"), chart_id).acts(3)) == many
    late = {**said, "decision_id": "another", "side": "right"}
    assert judge.post(f"/charts/{chart_id}/differences", late).status_code == 409
    assert len(Coder(app, person(app, "auditor", "judith"), chart_id).acts(3)) == many


def test_nothing_is_finished_before_all_is_settled(app: FastAPI, chart_id: str) -> None:
    judge = entered(app, "auditor", "judith")
    page = judge.get(f"/charts/{chart_id}/differences").text
    assert judge.post(f"/charts/{chart_id}/differences", {**fields(page), "act": "finish"}).status_code == 422
    assert state(app, chart_id) == "differs"
    assert Coder(app, person(app, "auditor", "judith"), chart_id).acts(3) == []


@pytest.mark.parametrize("said", [{"item": "code|ICD-10-CM|Z00.00"}, {"side": "up"}, {"decision_id": ""}, {"item": ""}])
def test_what_is_no_difference_is_refused(app: FastAPI, chart_id: str, said: dict[str, str]) -> None:
    judge = entered(app, "auditor", "judith")
    page = judge.get(f"/charts/{chart_id}/differences").text
    good = {**fields(page), "item": "code|ICD-10-CM|N17.9", "side": "left"}
    assert judge.post(f"/charts/{chart_id}/differences", {**good, **said}).status_code == 422
    assert Coder(app, person(app, "auditor", "judith"), chart_id).acts(3) == []


def test_nobody_judges_what_she_coded_and_no_coder_judges(app: FastAPI) -> None:
    found = chart_of(app, "stay-1")
    jana = person(app, "auditor", "jana")
    first, second = Coder(app, person(app, "coder", "anna"), found), Coder(app, jana, found)
    first.does("add", "I50.21")
    first.does("principal", "I50.21")
    assert first.finishes() == "second"
    second.does("add", "N17.9")
    second.does("principal", "N17.9")
    assert second.finishes() == "differs"
    assert entered(app, "auditor", "jana").get(f"/charts/{found}/differences").status_code == 403
    assert entered(app, "coder", "carla").get(f"/charts/{found}/differences").status_code == 403
    assert entered(app, "auditor", "judith").get(f"/charts/{found}/differences").status_code == 200


def test_a_chart_on_which_nobody_differs_has_no_such_page(app: FastAPI) -> None:
    judge = entered(app, "auditor", "judith")
    assert judge.get(f"/charts/{chart_of(app, 'stay-1')}/differences").status_code == 404
    assert judge.get("/charts/nowhere/differences").status_code == 404


def test_a_coder_asks_for_a_second(app: FastAPI) -> None:
    found = chart_of(app, "long-1")
    carla = entered(app, "coder", "carla")
    assert carla.post(f"/charts/{found}/second").status_code == 303
    assert carla.post("/charts/nowhere/second").status_code == 404
    with app.state.house.database.read() as connection:
        assert rounds.asked(connection, found)[2].user_id is None


def test_neither_coder_learns_who_the_other_is(app: FastAPI, chart_id: str) -> None:
    given = person(app, "coder", "anna").id
    with app.state.house.database.write() as connection:
        connection.execute(charts.update().where(charts.c.id == chart_id).values(assigned=given))
    berta = entered(app, "coder", "berta")
    for path in (f"/charts/{chart_id}", "/worklist?state=differs", "/worklist?state=all"):
        page = berta.get(path)
        assert page.status_code == 200
        assert "Anna" not in page.text.rpartition("<tbody>")[2]  # the filter above it names all coders
    anna = entered(app, "coder", "anna")
    assert "Berta" not in anna.get(f"/charts/{chart_id}").text


def test_the_chart_leads_to_its_differences(app: FastAPI, chart_id: str) -> None:
    link = f'href="/charts/{chart_id}/differences"'
    assert link in entered(app, "auditor", "judith").get(f"/charts/{chart_id}").text
    assert link not in entered(app, "coder", "berta").get(f"/charts/{chart_id}").text


def test_a_coder_is_told_that_a_second_one_is_asked(app: FastAPI) -> None:
    found = chart_of(app, "long-1")
    carla = entered(app, "coder", "carla")
    assert f'action="/charts/{found}/second"' in carla.get(f"/charts/{found}").text
    carla.post(f"/charts/{found}/second")
    assert "Another coder codes this chart too" in carla.get(f"/charts/{found}").text
