"""Questions to physicians: the page drafts one, says what would lead, and keeps it as an act."""

import re
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from sqlalchemy import select

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
