"""What tests of the coders' page share: a database of each kind, a clock that is set, quick passwords."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from nlp.icd.catalogue.shelf import Shelf
from review.coding.tables import Tables
from review.settings import Settings
from review.state import clock as time_of_day
from review.state import passwords, users
from review.state.database import Database
from review.state.users import User
from tests.postgres import emptied

KINDS = ("sqlite", "postgresql")
PASSWORD = "four words of mine"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", QUICK_HASHER)


@pytest.fixture(scope="session")
def one_index() -> Iterator[None]:
    """The installed table is indexed once, which takes a second, and not for each application."""
    installed = cache(lambda country: Tables(Shelf(), country))

    def shared(shelf: Shelf, country: str) -> Tables:
        return installed(country) if shelf.folder is None else Tables(shelf, country)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("review.web.app.Tables", shared)
        yield


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
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has all tables: to be copied, which is quicker than to be made."""
    settings = Settings(tmp_path_factory.mktemp("sqlite"), Path())
    Database.open(settings).close()
    return settings.folder / "review.db"


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a lake of its own, once with each kind of database; both have all tables and nothing in them."""
    made = Settings(tmp_path / "lake", tmp_path / "inbox")
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres")
        emptied(url)
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
