"""What tests of the coders' page share: a database of each kind, a clock that is set, quick passwords."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from subprocess import SubprocessError

import pgserver
import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine

from review.settings import Settings
from review.state import clock as time_of_day
from review.state import migrating, passwords, users
from review.state.database import Database
from review.state.tables import metadata
from review.state.users import User

KINDS = ("sqlite", "postgresql")
PASSWORD = "four words of mine"
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
    """URL of a real server, and of a database `review` in it that has all tables."""
    folder = tmp_path_factory.mktemp("postgres")
    server = _started(folder / "data")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE review"):
        _execute(url, statement)
    url = _named(url, "review")
    Database.open(Settings(folder / "lake", folder / "inbox", database=url)).close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has all tables: to be copied, which is quicker than to be made."""
    settings = Settings(tmp_path_factory.mktemp("sqlite"), Path())
    Database.open(settings).close()
    return settings.folder / "review.db"


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """URL of a database without any table."""
    name = f"empty{next(_numbers)}"
    _execute(postgres, f"CREATE DATABASE {name}")
    return _named(postgres, name)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a lake of its own, once with each kind of database; both have all tables and nothing in them."""
    made = Settings(tmp_path / "lake", tmp_path / "inbox")
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres")
        _empty(url)
        return replace(made, database=url)
    made.folder.mkdir(parents=True)
    shutil.copyfile(request.getfixturevalue("sqlite"), made.folder / "review.db")
    return made


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    made = Database.open(settings)
    yield made
    made.close()


@pytest.fixture
def anna(database: Database) -> User:
    """A coder; her password is PASSWORD."""
    with database.write() as connection:
        return users.add(connection, "anna", "Anna Berg", "coder", PASSWORD)


@pytest.fixture
def berta(database: Database) -> User:
    with database.write() as connection:
        return users.add(connection, "berta", "Berta Thal", "coder", PASSWORD)


def _started(folder: Path) -> pgserver.PostgresServer:
    """On a busy machine it may not be up when pgserver gives in; a second look finds it."""
    for _ in range(5):
        with suppress(OSError, SubprocessError, AssertionError):
            return pgserver.get_server(folder)
        time.sleep(2)
    return pgserver.get_server(folder)


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _empty(url: str) -> None:
    """As if new, whatever a test did: triggers are off for a replica."""
    tables = [table.name for table in reversed(metadata.sorted_tables)]
    counted = [(table.name, table.autoincrement_column) for table in metadata.sorted_tables]
    sequences = [f"{name}_{column.name}_seq" for name, column in counted if column is not None]
    _execute(
        url,
        "SET session_replication_role = replica",
        "; ".join(f"DELETE FROM {name}" for name in tables),
        "; ".join(f"SELECT setval('{name}', 1, false)" for name in sequences),
        f"UPDATE alembic_version SET version_num = '{migrating.known()[-1]}'",
    )


def _named(url: str, name: str) -> str:
    """pgserver's URL names the database `postgres`, and its socket behind a question mark."""
    before, _, after = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{after}"
