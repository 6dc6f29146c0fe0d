"""A browser without a screen, for tests: keeps its cookies, fills in forms with the token of the page."""

import re
from html import unescape
from typing import Any, ClassVar

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from starlette.testclient import TestClient

from review.state import sessions, signing, users
from review.state.users import User
from review.web import guard
from review.web.house import House

PASSWORD = "pelican under glass"
HERE = "http://localhost"
CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">|data-csrf="([^"]*)"')
Answer = Any  # of httpx or httpx2, whichever starlette has found


class Visitor:
    """Follows no redirect by itself. `portal`: one event loop for all; one a request costs as much again."""

    portal: ClassVar[BlockingPortal | None] = None

    def __init__(self, app: FastAPI, address: str = "10.0.0.7") -> None:
        self.client = TestClient(
            app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False, client=(address, 50_000)
        )
        self.client.portal = self.portal
        self.app, self.csrf = app, ""

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    def get(self, path: str, *, fragment: bool = False, **headers: str) -> Answer:
        return self._seen(self.client.get(path, headers=self._headers(headers, fragment)))

    def post(self, path: str, said: dict[str, Any] | None = None, *, fragment: bool = False, **headers: str) -> Answer:
        """With the token of the last page, unless `said` has one."""
        fields = {"csrf": self.csrf, **(said or {})}
        return self._seen(self.client.post(path, data=fields, headers=self._headers(headers, fragment)))

    def sign_in(self, name: str, password: str = PASSWORD, **said: str) -> Answer:
        self.get("/login")
        answer = self.post("/login", {"name": name, "password": password, **said})
        if answer.status_code == 303:
            self.get("/account")  # its token
        return answer

    @property
    def cookie(self) -> str:
        return str(self.client.cookies.get("chartloom", ""))

    def _seen(self, answer: Answer) -> Answer:
        found = CSRF.search(answer.text) if "html" in answer.headers.get("content-type", "") else None
        if found:
            self.csrf = unescape(found[1] or found[2] or "")
        return answer

    def _headers(self, said: dict[str, str], fragment: bool) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in said.items()}
        return {**named, "x-fragment": "1"} if fragment else named


def person(app: FastAPI, role: str, name: str = "") -> User:
    """A user of that role, who is there from now on."""
    name = name or role
    with app.state.house.database.write() as connection:
        return users.named(connection, name) or users.add(connection, name, name.title(), role, PASSWORD)


def entered(app: FastAPI, role: str, name: str = "") -> Visitor:
    """Somebody of that role, signed in: as by the form, without typing."""
    user, visitor = person(app, role, name), Visitor(app)
    database, settings = visitor.house.database, visitor.house.settings
    with database.write() as connection:
        session = signing.admit(database, settings, connection, sessions.begin(connection), user)
    visitor.client.cookies.set(guard.cookie_name(visitor.house), session.token, domain="localhost.local")
    visitor.csrf = session.csrf
    return visitor
