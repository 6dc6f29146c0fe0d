"""Requests that another site makes in a coder's name."""

import pytest
from fastapi import FastAPI

from tests.review.web import routes
from tests.review.web.abuse.traces import recorded
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import PASSWORD, Visitor, person

pytestmark = ON_SQLITE
ROLES = ("coder", "auditor", "admin", "trainee")
ADD = {"name": "eve", "shown": "Eve", "role": "coder"}


def test_csrf_missing(app: FastAPI, enter: Enter) -> None:
    visitors = [enter(role) for role in ROLES]
    before = recorded(app, audit=True)
    for visitor in visitors:
        answers = {path: visitor.client.post(path, data={"act": "password", **ADD}) for path in routes.posts()}
        assert {path for path, answer in answers.items() if answer.status_code != 403} == set()
    assert recorded(app, audit=True) == before


def test_csrf_wrong(app: FastAPI) -> None:
    person(app, "admin")
    admin = Visitor(app)
    admin.get("/login")
    of_before = admin.csrf
    admin.post("/login", {"name": "admin", "password": PASSWORD})
    admin.get("/users")
    right = admin.csrf
    before = recorded(app, audit=True)
    for wrong in ("", " ", "0", right[:-1], right + "0", right.swapcase(), of_before, "é", "null"):
        assert admin.post("/users", {**ADD, "csrf": wrong}).status_code == 403
        assert admin.post("/users", {**ADD, "csrf": ""}, x_csrf=wrong.encode().hex()).status_code == 403
    assert recorded(app, audit=True) == before
    assert admin.post("/users", {**ADD, "csrf": right}).status_code == 200


def test_csrf_of_another_session(app: FastAPI, enter: Enter) -> None:
    admin, other, nobody = enter("admin"), enter("admin", "second"), Visitor(app)
    nobody.get("/login")
    before = recorded(app, audit=True)
    for token in (other.csrf, nobody.csrf):
        assert admin.post("/users", {**ADD, "csrf": token}).status_code == 403
        assert admin.post("/users", ADD, x_csrf=token).status_code == 403  # the header wins over the form
    assert recorded(app, audit=True) == before


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://localhost:8080"},
    {"origin": "https://localhost"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost@evil.example"},
    {"origin": "http://127.0.0.1"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "cross-site", "origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_csrf_cross_origin(app: FastAPI, enter: Enter, headers: dict[str, str]) -> None:
    admin = enter("admin")
    before = recorded(app, audit=True)
    assert admin.post("/users", ADD, **headers).status_code == 403
    assert recorded(app, audit=True) == before
    stranger = Visitor(app)
    stranger.get("/login")
    assert stranger.post("/login", {"name": "admin", "password": PASSWORD}, **headers).status_code == 403
    assert admin.post("/users", ADD, origin="http://localhost", sec_fetch_site="same-origin").status_code == 200


def test_csrf_by_get(app: FastAPI, enter: Enter) -> None:
    visitors = [enter(role) for role in ROLES]
    before = recorded(app)
    get = {route.partition(" ")[2] for route in routes.there() if route.startswith("GET ")}
    only_post = [path for path in routes.there() if path.startswith("POST ") and path.partition(" ")[2] not in get]
    for visitor in visitors:
        query = f"csrf={visitor.csrf}&act=password&role=admin&name=eve&shown=Eve&action=accept"
        for path in only_post:
            assert visitor.get(f"{routes.filled(path.partition(' ')[2])}?{query}").status_code in (404, 405)
        assert visitor.get(f"/users?{query}").status_code in (200, 403)
        assert visitor.get(f"/account?{query}").status_code == 200
    assert recorded(app) == before


def test_form_of_another_kind(app: FastAPI, enter: Enter) -> None:
    admin = enter("admin")
    before = recorded(app, audit=True)
    said = {"csrf": admin.csrf, **ADD}
    plain = "&".join(f"{name}={value}" for name, value in said.items())
    client = admin.client
    answers = [
        client.post("/users", json=said),
        client.post("/users", content=plain, headers={"content-type": "text/plain"}),
        client.post("/users", content=plain, headers={"content-type": "application/json", "x-csrf": admin.csrf}),
        client.post("/users", data=said, files={"file": ("shell.py", b"import os")}),
        client.post("/users", content=plain, headers={"x-csrf": admin.csrf}),
    ]
    assert [answer.status_code for answer in answers] == [415] * len(answers)
    assert recorded(app, audit=True) == before
