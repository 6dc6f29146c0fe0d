"""Signing in and out, what a person changes of her own, and a session that ends in the middle of work."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from review.settings import Settings
from review.web import app as application
from tests.review.conftest import Clock
from tests.review.web.conftest import Enter
from tests.review.web.visitor import PASSWORD, Visitor, person


def test_she_comes_back_to_where_she_wanted_to_go(app: FastAPI) -> None:
    person(app, "coder")
    visitor = Visitor(app)
    sent = visitor.get("/worklist?state=open")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/worklist%3Fstate%3Dopen")
    shown = visitor.get(sent.headers["location"])
    assert 'name="next" value="/worklist?state=open"' in shown.text
    done = visitor.post("/login", {"name": "coder", "password": PASSWORD, "next": "/worklist?state=open"})
    assert (done.status_code, done.headers["location"]) == (303, "/worklist?state=open")
    assert visitor.get("/worklist").status_code == 200


def test_a_button_leads_to_the_identity_provider(settings: Settings) -> None:
    app = application.create(replace(settings, issuer="https://id.example", issuer_name="St. Odile's <account>"))
    shown = Visitor(app).get("/login?next=/worklist?state=open").text
    assert 'href="/sign-in?next=/worklist%3Fstate%3Dopen">Sign in with St. Odile&#39;s &lt;account&gt;</a>' in shown
    app.state.house.database.close()


def test_signed_out_is_signed_out(enter: Enter) -> None:
    coder = enter("coder")
    cookie = coder.cookie
    assert coder.post("/logout").headers["location"] == "/login"
    assert not coder.cookie
    coder.client.cookies.set("chartloom", cookie)
    assert coder.get("/worklist").status_code == 303


def test_a_wrong_password_is_told_and_the_name_kept(app: FastAPI) -> None:
    person(app, "coder")
    answer = Visitor(app).sign_in("coder", "not this one")
    assert answer.status_code == 401
    assert 'value="coder"' in answer.text and "does not fit" in answer.text


def test_a_given_password_must_be_changed_before_anything_else(enter: Enter, app: FastAPI) -> None:
    person(app, "coder")
    admin = enter("admin")
    shown = admin.post(f"/users/{person(app, 'coder').id}", {"act": "password"})
    word = shown.text.partition("<output>")[2].partition("</output>")[0]
    coder = Visitor(app)
    assert coder.sign_in("coder", word).status_code == 303
    assert coder.get("/worklist").headers["location"] == "/account"
    coder.get("/account")
    new = {"act": "password", "old": word, "new": "another pelican there", "again": "another pelican there"}
    assert coder.post("/account", {**new, "again": "typo"}).status_code == 422
    assert coder.post("/account", new).headers["location"] == "/account?done=password"
    assert coder.get("/worklist").status_code == 200


def test_a_changed_password_ends_other_sessions(enter: Enter) -> None:
    here, there = enter("coder"), enter("coder")
    new = {"act": "password", "old": PASSWORD, "new": "another pelican there", "again": "another pelican there"}
    assert here.post("/account", new).status_code == 303
    assert (here.get("/worklist").status_code, there.get("/worklist").status_code) == (200, 303)


def test_how_pages_look_is_kept(enter: Enter) -> None:
    coder = enter("coder")
    assert coder.post("/account", {"act": "look", "theme": "dark", "size": "large"}).status_code == 303
    assert 'data-theme="dark" data-size="large"' in coder.get("/worklist").text
    coder.post("/account", {"act": "look", "theme": '"><script>', "size": "9"})
    assert 'data-theme="system" data-size="normal"' in coder.get("/worklist").text


def test_a_fragment_of_an_ended_session_signs_in_where_she_is(enter: Enter, clock: Clock) -> None:
    coder = enter("coder")
    clock.pass_by(minutes=31)
    asked = coder.get("/keys", fragment=True)
    assert asked.status_code == 401
    assert "<html" not in asked.text and "data-sign-in" in asked.text
    again = coder.post("/login", {"name": "coder", "password": PASSWORD, "same": "coder"}, fragment=True)
    assert again.status_code == 200
    assert "data-signed-in" in again.text and f'data-csrf="{coder.csrf}"' in again.text
    assert coder.post("/account", {"act": "look"}).status_code == 303


def test_another_person_does_not_go_on_with_her_page(enter: Enter, app: FastAPI, clock: Clock) -> None:
    coder = enter("coder")
    person(app, "coder", "berta")
    clock.pass_by(minutes=31)
    coder.get("/keys", fragment=True)
    again = coder.post("/login", {"name": "berta", "password": PASSWORD, "same": "coder"}, fragment=True)
    assert again.status_code == 401
    assert "coder&#39;s" in again.text


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_a_session_ends_when_nobody_sits_there(enter: Enter, clock: Clock, minutes: int, status: int) -> None:
    coder = enter("coder")
    clock.pass_by(minutes=minutes)
    assert coder.get("/worklist").status_code == status


def test_a_session_lives_while_somebody_works_but_not_for_ever(enter: Enter, clock: Clock) -> None:
    coder = enter("coder")
    for _ in range(23):
        assert coder.get("/worklist").status_code == 200
        clock.pass_by(minutes=29)
    clock.pass_by(minutes=29)
    clock.pass_by(hours=1)
    assert coder.get("/worklist").status_code == 303
