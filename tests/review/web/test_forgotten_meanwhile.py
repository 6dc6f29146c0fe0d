"""A person forgotten while somebody works on the chart: nothing of them comes back with her next act."""

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from review.charts.desk import Desk
from review.handover import forgotten
from review.state.tables import charts, decisions, locks
from tests.review.web.charting import Charting, chart_id
from tests.review.web.conftest import Enter


@pytest.mark.parametrize("role", ["trainee", "coder"])
def test_between_reading_the_chart_and_writing(
    hospital: FastAPI, enter: Enter, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = chart_id(hospital, "done-1")
    person = Charting(enter(role), hospital, "done-1")
    person.open()
    house = hospital.state.house
    with house.database.read() as connection:
        subject = connection.execute(select(charts.c.subject_id).where(charts.c.id == name)).scalar_one()
    read = Desk.chart

    def then_forgotten(desk: Desk, chart: str, side: str) -> object:
        found = read(desk, chart, side)  # type: ignore[arg-type]
        forgotten.erase(house.settings, [subject])
        return found

    monkeypatch.setattr(Desk, "chart", then_forgotten)
    fields = {"decision_id": "late", "version": "0", "action": "accept", "system": "ICD-10-CM", "code": "J18.9"}
    answer = person.visitor.post(f"/charts/{name}/acts", fields, fragment=True)
    assert answer.status_code == 410 and "forgotten" in answer.text
    with house.database.read() as connection:
        for table in (decisions, locks):
            many = select(func.count()).select_from(table).where(table.c.chart_id == name)
            assert connection.execute(many).scalar() == 0
