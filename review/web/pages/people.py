"""Users: who may sign in, and with which role. Only admins come here; every change is audited."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from review.roles import ROLES, Right
from review.state import attempts, audit, sessions, users
from review.state.passwords import Unfit
from review.state.users import User
from review.web import render
from review.web.guard import Visit, needs
from review.web.refusal import TEXTS, Refusal

router = APIRouter()
Admin = Annotated[Visit, Depends(needs(Right.ADMINISTER))]
Id = Annotated[int, Path(ge=1, lt=2**31)]  # as PostgreSQL keeps it
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
OWN = "You cannot do this to yourself. Another admin can; so nobody is locked out by a slip."


@router.get("/users")
def people(visit: Admin) -> Response:
    return _list(visit)


@router.post("/users")
def add(visit: Admin) -> Response:
    """The first password is shown once, to be handed over; its owner must change it."""
    name, shown, role = visit.said("name", 256), visit.said("shown", 256), visit.said("role", 32)
    elsewhere = visit.said("elsewhere") == "yes"
    try:
        with visit.house.database.write() as connection:
            user = users.add(connection, name, shown, role)
            _record(visit, connection, "user added", user, role=user.role)
    except Unfit as unfit:
        return _list(visit, problem=str(unfit), typed={"name": name, "shown": shown, "role": role})
    if elsewhere:
        return RedirectResponse("/users", 303)
    return _with_password(visit, user)


@router.post("/users/{user_id}")
def change(user_id: Id, visit: Admin) -> Response:
    """`act`: role, disable, enable, password. Whatever else the form holds is not looked at."""
    with visit.house.database.read() as connection:
        user = users.found(connection, user_id)
    if user is None:
        raise Refusal(404, TEXTS[404])
    act = visit.said("act", 16)
    if user.id == visit.user.id:
        raise Refusal(422, OWN)
    if act == "password":
        return _with_password(visit, user)
    if act not in ("role", "disable", "enable"):
        raise Refusal(422, "The form does not say what to change. Reload the page and send it again.")
    try:
        with visit.house.database.write() as connection:
            _change(visit, connection, user, act)
    except Unfit as unfit:
        return _list(visit, problem=str(unfit))
    return RedirectResponse("/users", 303)


def _change(visit: Visit, connection: Connection, user: User, act: str) -> None:
    """Who may do something else from now on signs in anew."""
    if act == "role":
        changed = users.set_role(connection, user, visit.said("role", 32))
        sessions.end_others(connection, user)
        _record(visit, connection, "user role changed", user, before=user.role, role=changed.role)
    elif act == "disable":
        users.disable(connection, user)
        _record(visit, connection, "user disabled", user)
    else:
        users.enable(connection, user)
        _record(visit, connection, "user enabled", user)


def _with_password(visit: Visit, user: User) -> Response:
    word = one_time()
    prepared = users.prepare_password(user, word)
    with visit.house.database.write() as connection:
        users.set_password(connection, user, prepared, must_change=True)
        sessions.end_others(connection, user)
        attempts.forgive(connection, visit.house.database.key, user.name)
        _record(visit, connection, "password reset", user)
    return _list(visit, fresh=(user, word))


def _list(
    visit: Visit,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    fresh: tuple[User, str] | None = None,
) -> Response:
    with visit.house.database.read() as connection:
        everybody = users.every(connection)
    status = 422 if problem else 200
    said = {
        "everybody": everybody,
        "roles": ROLES,
        "problem": problem,
        "typed": typed or {"role": "coder"},
        "fresh": fresh,
    }
    return render.page(visit, "users.html", status=status, **said)


def _record(visit: Visit, connection: Connection, act: str, user: User, **said: str) -> None:
    audit.record(visit.house.database.key, connection, visit.user.name, act, said={"user": user.name, **said})


def one_time() -> str:
    """Four groups of five, easy to read out: some 99 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
