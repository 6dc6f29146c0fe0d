"""Charts that come next are at hand before anybody asks."""

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from review.charts import desk as room
from review.state import upcoming
from review.state.tables import charts
from review.web.ahead import MANY, Ahead
from review.web.diary import Diary
from tests.review.web.conftest import ON_SQLITE


@ON_SQLITE
def test_what_comes_next_is_read_once_and_a_chart_that_cannot_be_read_stops_nothing(
    hospital: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = hospital.state.house
    read: list[str] = []
    assembled = room.assembled
    monkeypatch.setattr(
        room, "assembled", lambda place, name, blind: [read.append(name), assembled(place, name, blind=blind)][1]
    )
    with house.database.read() as connection:
        soon = upcoming.soon(connection, MANY)
    with house.database.write() as connection:
        connection.execute(update(charts).where(charts.c.id == soon[0]).values(encounter_id="nowhere"))
    ahead = Ahead(house, Diary())
    ahead.once()
    assert len(soon) > 2 and set(read) == set(soon)
    ahead.once()
    assert len(read) == len(soon)


@ON_SQLITE
def test_it_ends_when_it_is_told(hospital: FastAPI) -> None:
    ahead = Ahead(hospital.state.house, Diary())
    ahead.start()
    ahead.stop()
    assert ahead._thread is not None and not ahead._thread.is_alive()
