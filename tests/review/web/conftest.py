"""The application on a made-up hospital, made anew for each test."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

from review.settings import Settings
from review.web import app as application
from tests.review import lakes
from tests.review.web.visitor import Visitor, entered

Enter = Callable[..., Visitor]
ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # where it does not matter which it is


@pytest.fixture(scope="session", autouse=True)
def _one_index(one_index: None) -> None:
    """For every application here."""


@pytest.fixture(scope="session", autouse=True)
def portal() -> Iterator[None]:
    with start_blocking_portal() as Visitor.portal:
        yield
    Visitor.portal = None


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake; nobody writes into it."""
    return lakes.publish(tmp_path_factory.mktemp("hospital") / "lake")


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    made = application.create(settings)
    yield made
    made.state.house.database.close()


@pytest.fixture
def enter(app: FastAPI) -> Enter:
    """enter("coder"): somebody of that role, signed in."""
    return partial(entered, app)


@pytest.fixture
def hospital(published: Path, app: FastAPI) -> FastAPI:
    """The application on the made-up hospital, its charts on the worklist."""
    return at_lake(app, published)


def at_lake(app: FastAPI, published: Path) -> FastAPI:
    """Its own lake shows what is published there; the database stays its own."""
    lake = app.state.house.settings.lake
    for path in published.iterdir():
        target = lake / path.name
        if path.is_symlink():
            target.symlink_to(path.readlink())
        elif not target.exists():
            target.symlink_to(path)
    app.state.house.desk.refresh()
    return app
