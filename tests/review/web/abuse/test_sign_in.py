"""Ways in without the password, and what a refusal gives away."""

import pytest
from fastapi import FastAPI

from review.state import users
from tests.review.conftest import Clock
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import PASSWORD, Visitor, person

pytestmark = ON_SQLITE


def test_brute_force(app: FastAPI, clock: Clock) -> None:
    person(app, "coder")
    person(app, "auditor")
    answers = [Visitor(app, f"10.0.{n}.1").sign_in("coder", f"guess number {n}").status_code for n in range(12)]
    assert answers[:4] == [401] * 4 and answers[-1] == 429
    held = Visitor(app).sign_in("coder")
    assert held.status_code == 429 and "wait" in held.text
    assert Visitor(app).sign_in("auditor").status_code == 303  # others are not shut out with her
    clock.pass_by(minutes=31)
    assert Visitor(app).sign_in("coder").status_code == 303
    many = [Visitor(app, "10.9.9.9").sign_in(f"name{n}", "one for all of them").status_code for n in range(60)]
    assert many[-1] == 429
    assert Visitor(app, "10.9.9.8").sign_in("auditor").status_code == 303


def test_names_by_message(app: FastAPI) -> None:
    person(app, "coder")
    gone = person(app, "coder", "gone")
    with app.state.house.database.write() as connection:
        users.disable(connection, gone)
        users.add(connection, "elsewhere", "Signs in elsewhere", "coder")
    told = set()
    for name, password in (
        ("coder", "wrong"),
        ("nobody-here", "wrong"),
        ("gone", PASSWORD),
        ("elsewhere", ""),
        ("ZZ", ""),
    ):
        visitor = Visitor(app)
        answer = visitor.sign_in(name, password)
        headers = tuple(sorted(key for key, _ in answer.headers.items()))
        told.add((answer.status_code, headers, answer.text.replace(name, "NAME").replace(visitor.csrf, "TOKEN")))
    assert len(told) == 1


@pytest.mark.parametrize("field", ["name", "shown"])
def test_script_in_user_name(app: FastAPI, enter: Enter, field: str) -> None:
    script = "<script>alert(1)</script>\"' onload=x"
    admin = enter("admin")
    added = admin.post("/users", {"name": "eve", "shown": "Eve", "role": "coder", field: script})
    assert "<script>alert" not in added.text and "' onload" not in added.text
    if field == "name":
        assert added.status_code == 422
        return
    with app.state.house.database.write() as connection:
        eve = users.named(connection, "eve")
        assert eve and eve.shown == script
        users.set_password(connection, eve, users.prepare_password(eve, PASSWORD))
    visitor = Visitor(app)
    visitor.sign_in("eve")
    for path in ("/worklist", "/account", "/keys"):
        shown = visitor.get(path)
        assert shown.status_code == 200
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39; onload=x" in shown.text
        assert "<script>alert" not in shown.text


TWINS = ["Ｃoder", " coder ", "CODER", "сoder", "cod\u200ber", "coder\u202e", "cod\u00ader", "coder\u0000", "ⅽoder"]


@pytest.mark.parametrize("name", TWINS, ids=ascii)
def test_unicode_names(app: FastAPI, enter: Enter, name: str) -> None:
    person(app, "coder")
    admin = enter("admin")
    answer = admin.post("/users", {"name": name, "shown": "Coder", "role": "admin"})
    assert answer.status_code in (400, 422)
    with app.state.house.database.read() as connection:
        assert [user.name for user in users.every(connection)] == ["admin", "coder"]
    shown = admin.post("/users", {"name": "mallory", "shown": "Anna\u202e\u200b Berg", "role": "coder"})
    assert shown.status_code == 422


def test_role_by_form_field(app: FastAPI) -> None:
    more = {"role": "admin", "rights": "ADMINISTER", "must_change": "0", "user_id": "1", "disabled": ""}
    person(app, "coder")
    visitor = Visitor(app)
    assert visitor.sign_in("coder", **more).status_code == 303
    assert visitor.post("/account", {"act": "look", **more}).status_code == 303
    assert visitor.get("/users").status_code == 403
    assert person(app, "coder").role == "coder"


@pytest.mark.parametrize("said", [{"act": "role", "role": "auditor"}, {"act": "disable"}, {"act": "password"}], ids=str)
def test_own_role(app: FastAPI, enter: Enter, said: dict[str, str]) -> None:
    admin = enter("admin")
    own = person(app, "admin")
    assert admin.post(f"/users/{own.id}", said).status_code == 422
    assert person(app, "admin") == own
    assert admin.get("/users").status_code == 200
