"""Questions to physicians: the page drafts one, says what would lead, and keeps it as an act."""

import re
from dataclasses import dataclass, replace
from html import unescape

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from review.coding import planting
from review.state.tables import charts, decisions
from tests.review.web.conftest import Enter
from tests.review.web.visitor import Answer, Visitor


@dataclass
class Asking:
    visitor: Visitor
    app: FastAPI

    @property
    def path(self) -> str:
        with self.app.state.house.database.read() as connection:
            query = select(charts.c.id).where(charts.c.encounter_id == "stay-1")
            return f"/charts/{connection.execute(query).scalar_one()}"

    def ask(self, *, fragment: bool = True, **fields: str) -> Answer:
        return self.visitor.post(f"{self.path}/question", fields, fragment=fragment)


@pytest.fixture
def coder(hospital: FastAPI, enter: Enter) -> Asking:
    return Asking(enter("coder"), hospital)


def test_a_draft_quotes_the_record(coder: Asking) -> None:
    found = re.search(r'data-code="([^"]+)"', coder.visitor.get(coder.path).text)
    assert found
    text = coder.ask(system="ICD-10-CM", code=found[1]).text
    assert "From the record of this stay" in text and "“" in text and "Unable to determine" in text
    assert "This may lead" not in text
    with coder.app.state.house.database.read() as connection:
        assert connection.execute(select(decisions)).all() == []


def test_what_was_typed_is_judged_and_stays_text(coder: Asking) -> None:
    text = coder.ask(question="Do you agree that this is an MCC? </textarea><script>x</script>", options="Yes\nNo").text
    assert ("This may lead" in text and "never mentions it" in text) or "payment" in text
    assert "<script>x" not in text


def test_without_a_script_the_page_comes_with_the_draft(coder: Asking) -> None:
    text = coder.ask(fragment=False).text
    assert 'id="by-question"' in text and "for the diagnoses of this stay" in text


def test_a_broken_list_is_refused(coder: Asking) -> None:
    for fields in ({"evidence": "{"}, {"question": "x", "options": "[1"}):
        assert coder.ask(**fields).status_code == 422


def test_nobody_without_the_right_drafts(hospital: FastAPI, enter: Enter) -> None:
    assert Asking(enter("researcher"), hospital).ask().status_code == 403


def test_an_answer_to_an_act_holds_no_words_that_a_draft_quotes(coder: Asking) -> None:
    page = coder.visitor.get(coder.path).text
    found = re.search(r'data-code="([^"]+)"', page)
    assert found
    draft = unescape(coder.ask(system="ICD-10-CM", code=found[1]).text)
    question = draft.partition("required>")[2].partition("</textarea>")[0]
    quote = question.partition("“")[2].partition("”")[0]
    said = {"decision_id": "d1", "version": "0", "action": "query", "question": question, "options": '["Other"]'}
    answer = coder.visitor.post(f"{coder.path}/acts", said, fragment=True)
    assert answer.status_code == 200 and "in your own words" in answer.text
    assert quote and quote not in unescape(answer.text)
    assert quote in unescape(coder.visitor.get(coder.path).text)


def test_a_planted_suggestion_is_told_at_finish(hospital: FastAPI, enter: Enter) -> None:
    coder = Asking(enter("coder"), hospital)
    house = hospital.state.house
    hospital.state.house = replace(house, settings=replace(house.settings, planted=1.0))
    page = coder.visitor.get(coder.path).text
    assert "put among the suggestions" not in page
    chart = house.desk.chart(coder.path.rpartition("/")[2], "phi")
    with house.database.read() as connection:
        (found,) = planting.planted(
            connection, house.database.key, hospital.state.house.settings, house.finder.tables, chart
        )
    true = {"system": chart.suggestions[0].system, "code": chart.suggestions[0].code}
    acts = (
        {"action": "accept", "system": found.system, "code": found.code},
        {"action": "accept", **true},
        {"action": "principal", **true},
        {"action": "finish", "leave": "1"},
    )
    for number, said in enumerate(acts):
        fields = {"decision_id": f"d{number}", "version": str(number), **said}
        answer = coder.visitor.post(f"{coder.path}/acts", fields, fragment=True)
    assert answer.status_code == 200
    assert "put among the suggestions" in answer.text and "You had accepted it" in answer.text
