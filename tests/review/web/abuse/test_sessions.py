"""Sessions that are not one's own, or no longer."""

import hashlib
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from review.state import door
from review.state.tables import sessions
from tests.review.conftest import Clock
from tests.review.web.conftest import ON_SQLITE, Enter
from tests.review.web.visitor import PASSWORD, Visitor, person

pytestmark = ON_SQLITE


def inside(app: FastAPI, cookie: str) -> bool:
    """Whether that cookie opens the worklist."""
    visitor = Visitor(app)
    answer = visitor.get("/worklist", cookie=f"chartloom={cookie}")
    assert answer.status_code in (200, 303)
    return bool(answer.status_code == 200)


def test_session_fixation(app: FastAPI) -> None:
    person(app, "coder")
    planted = "A" * 43
    visitor = Visitor(app)
    visitor.get("/login", cookie=f"chartloom={planted}")
    given, token = visitor.cookie, visitor.csrf
    assert given != planted
    assert visitor.post("/login", {"name": "coder", "password": PASSWORD}).status_code == 303
    assert inside(app, visitor.cookie)
    assert not inside(app, planted) and not inside(app, given)
    visitor.get("/account")
    assert visitor.csrf != token


def test_session_stolen_after_sign_out(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    stolen = coder.cookie
    assert inside(app, stolen)
    coder.post("/logout")
    assert not inside(app, stolen)


def test_session_idle(app: FastAPI, enter: Enter, clock: Clock) -> None:
    coder = enter("coder")
    for _ in range(4):
        clock.pass_by(minutes=10)
        coder.post("/charts/0123456789abcdef0123456789abcdef/hold")  # the page is open, nobody sits there
    assert not inside(app, coder.cookie)


def test_session_absolute(app: FastAPI, enter: Enter, clock: Clock) -> None:
    coder = enter("coder")
    for _ in range(36):
        assert inside(app, coder.cookie)
        clock.pass_by(minutes=20)
    clock.pass_by(minutes=1)
    assert not inside(app, coder.cookie)


@pytest.mark.parametrize("said", [{"act": "disable"}, {"act": "role", "role": "trainee"}, {"act": "password"}], ids=str)
def test_session_of_a_disabled_user(app: FastAPI, enter: Enter, said: dict[str, str]) -> None:
    coder, admin = enter("coder"), enter("admin")
    assert inside(app, coder.cookie)
    assert admin.post(f"/users/{person(app, 'coder').id}", said).status_code in (200, 303)
    assert not inside(app, coder.cookie)


def test_session_guessed(app: FastAPI, enter: Enter) -> None:
    coder = enter("coder")
    kept = hashlib.sha256(coder.cookie.encode()).hexdigest()
    for guess in ("", "0", "null", kept, coder.cookie[:-1], coder.cookie + "A", "%00", "A" * 5_000, "' OR 1=1 --"):
        assert not inside(app, guess)


def test_strangers_at_the_door(app: FastAPI) -> None:
    with app.state.house.database.read() as connection:
        before = connection.execute(select(func.count()).select_from(sessions)).scalar_one()
    given = Visitor(app)
    for _ in range(20):
        given.get("/login")
        Visitor(app).get("/worklist", fragment=True)
    with app.state.house.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(sessions)).scalar_one() == before
    said, _, signature = given.cookie.rpartition(".")
    later = said.rpartition(".")[0] + ".99999999999"
    for forged in (f"{said}.", f".{signature}", f"{later}.{signature}", f"{said}.{signature[::-1]}", ".."):
        stranger = Visitor(app)
        stranger.get("/login", cookie=f"chartloom={forged}")
        assert stranger.cookie not in ("", forged)
    assert door.known(app.state.house.database.key, "é.é") is None


def test_door_held_open(app: FastAPI, clock: Clock) -> None:
    person(app, "coder")
    early = Visitor(app)
    early.get("/login")
    clock.pass_by(minutes=59)
    assert early.post("/login", {"name": "coder", "password": PASSWORD}).status_code == 303
    late = Visitor(app)
    late.get("/login")
    clock.pass_by(minutes=61)
    assert late.post("/login", {"name": "coder", "password": PASSWORD}).status_code == 403


def test_session_of_before_the_door_closed(app: FastAPI, enter: Enter) -> None:
    trainee, coder = enter("trainee"), enter("coder")
    house = app.state.house
    app.state.house = replace(house, settings=replace(house.settings, trainees=False))
    assert not inside(app, trainee.cookie)
    assert inside(app, coder.cookie)
