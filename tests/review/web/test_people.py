"""Users and the audit, as admins and auditors see them."""

import re

from fastapi import FastAPI
from sqlalchemy import text

from review.state import users
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import Visitor, person

pytestmark = ON_SQLITE
EVE = {"name": "Eve", "shown": "Eve Ö. <b>", "role": "coder"}


def test_a_user_is_added_with_a_word_that_is_shown_once(app: FastAPI, enter: Enter) -> None:
    admin = enter("admin")
    shown = admin.post("/users", EVE).text
    word = re.search(r"<output>([^<]+)</output>", shown)
    assert word and "Eve Ö. &lt;b&gt;" in shown
    assert word[1] not in admin.get("/users").text
    assert Visitor(app).sign_in("eve", word[1]).status_code == 303
    assert person(app, "coder", "eve").must_change


def test_a_user_of_the_identity_provider_gets_no_word(app: FastAPI, enter: Enter) -> None:
    admin = enter("admin")
    assert admin.post("/users", {**EVE, "elsewhere": "yes"}).status_code == 303
    with app.state.house.database.read() as connection:
        eve = users.named(connection, "eve")
    assert eve and not eve.password


def test_a_name_that_cannot_be_taken_is_told_and_what_was_typed_is_kept(app: FastAPI, enter: Enter) -> None:
    person(app, "coder", "eve")
    admin = enter("admin")
    for said in (EVE, {**EVE, "name": "a b"}, {**EVE, "name": "new", "role": "king"}):
        answer = admin.post("/users", said)
        assert answer.status_code == 422 and 'role="alert"' in answer.text
        assert f'value="{said["name"]}"' in answer.text


def test_disabled_and_enabled_again(app: FastAPI, enter: Enter) -> None:
    eve = person(app, "coder", "eve")
    admin = enter("admin")
    assert admin.post(f"/users/{eve.id}", {"act": "disable"}).status_code == 303
    assert Visitor(app).sign_in("eve").status_code == 401
    assert admin.post(f"/users/{eve.id}", {"act": "enable"}).status_code == 303
    assert Visitor(app).sign_in("eve").status_code == 303
    assert admin.post(f"/users/{eve.id}", {"act": "promote"}).status_code == 422


def test_every_change_of_a_user_is_audited(enter: Enter) -> None:
    admin, auditor = enter("admin"), enter("auditor")
    admin.post("/users", EVE)
    shown = auditor.get("/audit?actor=admin").text
    assert "user added" in shown and "password reset" in shown and "auditor</td>" not in shown
    assert auditor.get("/audit?actor=nobody-here").text.count("No line fits") == 1
    assert auditor.get("/audit?since=2999-01-01").text.count("No line fits") == 1


def test_the_chain_is_whole_or_broken_at_a_line(app: FastAPI, enter: Enter) -> None:
    auditor = enter("auditor")
    enter("coder")
    auditor.get("/audit")
    assert "The chain is whole" in auditor.post("/audit").text
    with app.state.house.database.write() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit SET actor = 'somebody' WHERE seq = 2"))
    assert "broken at line 2" in auditor.post("/audit").text


def test_a_look_at_the_audit_is_in_it(enter: Enter) -> None:
    auditor = enter("auditor")
    assert "audit read" in auditor.get("/audit?act=audit+read").text
    auditor.post("/audit")
    assert "audit verified" in auditor.get("/audit?act=audit+verified").text
