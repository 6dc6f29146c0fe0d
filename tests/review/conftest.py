"""What tests of the coders' page share: a database of each kind, a clock that is set, quick passwords."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pgserver
import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine

from review.settings import Settings
from review.state import clock as time_of_day
from review.state import passwords
from review.state.database import Database

KINDS = ("sqlite", "postgresql")
_numbers = count()


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 8, 0)

    def pass_by(self, **span: float) -> None:
        self.time += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time_of_day, "read", lambda: made.time)
    return made


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real server, with a database `filled` that has all tables: new ones are copied from it."""
    folder = tmp_path_factory.mktemp("postgres")
    server = pgserver.get_server(folder / "data")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _execute(url, "CREATE DATABASE filled")
    made = Database.open(Settings(folder / "lake", folder / "inbox", database=_named(url, "filled")))
    made.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """URL of a database without any table."""
    name = f"empty{next(_numbers)}"
    _execute(postgres, f"CREATE DATABASE {name}")
    return _named(postgres, name)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a lake of its own, once with each kind of database."""
    url = ""
    if request.param == "postgresql":
        postgres, name = request.getfixturevalue("postgres"), f"review{next(_numbers)}"
        _execute(postgres, f"CREATE DATABASE {name} TEMPLATE filled")
        url = _named(postgres, name)
    return Settings(tmp_path / "lake", tmp_path / "inbox", database=url)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    made = Database.open(settings)
    yield made
    made.close()


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _named(url: str, name: str) -> str:
    """pgserver's URL names the database `postgres`, and its socket behind a question mark."""
    before, _, after = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{after}"
