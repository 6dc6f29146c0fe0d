"""A published lake of made-up persons with its desk, on each kind of database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from review.charts.chart import Chart, Side
from review.charts.desk import Desk
from review.settings import Settings
from review.state.database import Database
from review.state.tables import charts
from tests.review import lakes


@pytest.fixture
def lake(settings: Settings) -> Path:
    return lakes.publish(settings.lake)


@pytest.fixture
def desk(lake: Path, database: Database) -> Desk:
    made = Desk(lake, database)
    made.refresh()
    return made


@pytest.fixture
def id_of(database: Database) -> Callable[[str], str]:
    """charts.id of an encounter."""

    def found(encounter: str) -> str:
        with database.read() as connection:
            return str(connection.execute(select(charts.c.id).where(charts.c.encounter_id == encounter)).scalar_one())

    return found


@pytest.fixture
def chart_of(desk: Desk, id_of: Callable[[str], str]) -> Callable[..., Chart]:
    def found(encounter: str, side: Side = "phi") -> Chart:
        return desk.chart(id_of(encounter), side)

    return found
