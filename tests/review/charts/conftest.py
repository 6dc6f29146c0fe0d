"""A published lake of made-up persons with its desk, on each kind of database."""

import shutil
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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be copied, which is quicker than to be made."""
    return lakes.publish(tmp_path_factory.mktemp("charts") / "lake")


@pytest.fixture
def lake(settings: Settings, made: Path) -> Path:
    shutil.copytree(made, settings.lake, symlinks=True, dirs_exist_ok=True)
    return settings.lake


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
