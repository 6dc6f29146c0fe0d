"""Signing in at an identity provider, as the browser goes: away, back, and on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from review.settings import Settings
from review.state import provider, users
from review.web import app as application
from tests.review.state.identity import CLIENT, SECRET, Identity, serving
from tests.review.web.visitor import Visitor


@pytest.fixture
def identity() -> Iterator[Identity]:
    with serving() as made:
        yield made


@pytest.fixture
def page(settings: Settings, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """Anna is linked."""
    monkeypatch.setenv(provider.SECRET, SECRET)
    made = application.create(replace(settings, issuer=identity.address, client=CLIENT, issuer_name="Our <ID>"))
    with made.state.house.database.write() as connection:
        users.link(connection, users.add(connection, "anna", "Anna", "coder"), identity.address, "4711")
    yield made
    made.state.house.database.close()


def test_away_and_back(page: FastAPI, identity: Identity) -> None:
    visitor = Visitor(page)
    login = visitor.get("/login?next=/worklist%3Fpage%3D2").text
    assert 'href="/sign-in?next=/worklist%3Fpage%3D2"' in login and "Sign in with Our &lt;ID&gt;" in login
    away = visitor.get("/sign-in?next=/worklist%3Fpage%3D2")
    assert away.status_code == 303 and away.headers["location"].startswith(identity.address)
    way = away.headers["set-cookie"].lower()
    assert "samesite=lax" in way and "httponly" in way
    back = identity.authorize(away.headers["location"])
    assert identity.asked["redirect_uri"] == "http://localhost/signed-in"
    arrived = visitor.get(back.removeprefix("http://localhost"))
    assert arrived.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/worklist?page=2">' in arrived.text
    cookies = arrived.headers.get_list("set-cookie")
    assert any("samesite=strict" in each.lower() and visitor.cookie in each for each in cookies)
    assert any("chartloom-way=" in each and "max-age=0" in each.lower() for each in cookies)
    assert visitor.get("/account").status_code == 200
    assert visitor.get(back.removeprefix("http://localhost")).status_code == 401


def test_a_stranger_stays_out(page: FastAPI, identity: Identity) -> None:
    visitor = Visitor(page)
    identity.subject = "4712"
    back = identity.authorize(visitor.get("/sign-in?next=//elsewhere").headers["location"])
    answer = visitor.get(back.removeprefix("http://localhost"))
    assert answer.status_code == 401 and "no account here" in answer.text
    assert visitor.get("/account").status_code == 303


def test_a_way_is_of_one_browser(page: FastAPI, identity: Identity) -> None:
    """Nobody is signed in as somebody else by a link that she is sent."""
    back = identity.authorize(Visitor(page).get("/sign-in").headers["location"])
    victim = Visitor(page)
    assert "another browser" in victim.get(back.removeprefix("http://localhost")).text
    assert victim.get("/account").status_code == 303


def test_without_a_provider_there_is_no_way(settings: Settings) -> None:
    made = application.create(settings)
    visitor = Visitor(made)
    assert "/sign-in" not in visitor.get("/login").text
    assert visitor.get("/sign-in").status_code == 401
    assert visitor.get("/signed-in?code=x&state=y").status_code == 401
    made.state.house.database.close()
