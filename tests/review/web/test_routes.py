"""No page and no action without the role: every route of the application, asked by every role and by nobody."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from review.roles import ROLES
from review.settings import Settings
from review.state import passwords
from review.web import app as application
from review.web.guard import Anyone, Needs
from tests.review.web import routes
from tests.review.web.visitor import Visitor, entered

LISTED = routes.listed()
PUBLIC = {"/health", "/static/{name:path}"}  # without a guard: they know of nobody


def test_every_route_is_listed_and_every_listed_one_is_there() -> None:
    assert sorted(routes.there()) == sorted(LISTED)


def test_every_route_has_its_guard() -> None:
    found = {route.path: route.dependant for router in application.PAGES for route in router.routes}  # type: ignore[attr-defined]
    guarded = {
        path
        for path, dependant in found.items()
        if any(isinstance(d.call, Needs | Anyone) for d in dependant.dependencies)
    }
    assert set(found) - guarded == PUBLIC


@pytest.fixture(scope="module")
def visitors(tmp_path_factory: pytest.TempPathFactory, sqlite: Path) -> Iterator[dict[str, Visitor]]:
    folder = tmp_path_factory.mktemp("routes")
    settings = Settings(folder / "lake", folder / "inbox", sheets=True)
    settings.folder.mkdir(parents=True)
    shutil.copyfile(sqlite, settings.folder / "review.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield from _entered(settings)


def _entered(settings: Settings) -> Iterator[dict[str, Visitor]]:
    app: FastAPI = application.create(settings)
    yield {routes.NOBODY: Visitor(app), **{role: entered(app, role) for role in ROLES}}
    app.state.house.database.close()


@pytest.mark.parametrize("role", [routes.NOBODY, *ROLES])
@pytest.mark.parametrize("route", LISTED)
def test_only_who_may_gets_in(visitors: dict[str, Visitor], route: str, role: str) -> None:
    method, path = route.split()
    visitor = visitors[role]
    answer = visitor.get(routes.filled(path)) if method == "GET" else visitor.post(routes.filled(path))
    to_sign_in = answer.headers.get("location", "").startswith("/login")
    if route == "POST /logout" and role != routes.NOBODY:
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        visitors[role] = entered(visitor.app, role)
    elif routes.may(LISTED[route], role):
        assert answer.status_code not in (401, 403, 405, 500) or LISTED[route] == routes.ANYONE
        assert not to_sign_in
    elif role == routes.NOBODY:
        assert answer.status_code == 303 and to_sign_in
    else:
        assert answer.status_code == 403
