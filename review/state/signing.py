"""Signing in with a name and a password, changing the password, signing out: each with its line in the audit."""

from dataclasses import dataclass, field, replace
from math import ceil
from typing import NoReturn

from sqlalchemy import Connection

from review.roles import Right, may
from review.settings import Settings
from review.state import attempts, audit, sessions, users
from review.state.attempts import Door
from review.state.database import Database
from review.state.passwords import Unfit
from review.state.sessions import Limits, Session
from review.state.users import User

REFUSED = "The name or the password does not fit. Please try again."
TRAINING_CLOSED = "Trainees and researchers cannot sign in here at present. Please ask your administrator."


class Refused(Exception):
    """Not signed in. `wait`: seconds until another attempt is looked at; 0: none. The text is for the page."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Typed:
    name: str
    password: str = field(repr=False)
    address: str = ""


def enter(database: Database, settings: Settings, session: Session, typed: Typed) -> Session:
    """The session she goes on with, under a new token. Raises Refused. At must_change the page asks for a new one."""
    door = Door.of(database.key, typed.name, typed.address)
    _knock(database, door)
    user = users.checked(database, typed.name, typed.password)
    if user is None:
        _refuse(database, typed.name)
    with database.write() as connection:
        opened = admit(database, settings, connection, session, user)
        attempts.clear(connection, door)
    return opened


def admit(database: Database, settings: Settings, connection: Connection, session: Session, user: User) -> Session:
    """Who she is has been shown, here or at an identity provider. Raises Refused."""
    now = users.found(connection, user.id)
    if now is None or now.disabled:
        raise Refused(REFUSED)
    if closed(settings, now):
        raise Refused(TRAINING_CLOSED)
    sessions.sweep(connection, Limits.of(settings))
    audit.record(database.key, connection, now.name, "signed in")
    return sessions.raised(connection, session, now)


def closed(settings: Settings, user: User) -> bool:
    """Whether the site lets no trainees and researchers in, and she is one."""
    return not settings.trainees and not may(user.role, Right.SEE_ORIGINAL) and not may(user.role, Right.ADMINISTER)


def leave(database: Database, session: Session) -> None:
    with database.write() as connection:
        sessions.end(connection, session)
        if session.user:
            audit.record(database.key, connection, session.user.name, "signed out")


def change_password(database: Database, session: Session, old: str, new: str, address: str = "") -> Session:
    """By herself, who must know the old one. All her other sessions end. Raises Refused, passwords.Unfit."""
    user = session.user
    if user is None:
        raise Refused("Please sign in first.")
    door = Door.of(database.key, user.name, address)
    _knock(database, door)
    if users.checked(database, user.name, old) is None:
        raise Refused("That is not your password as it was.")
    if old == new:
        raise Unfit("That is the password you have. Please choose another one.")
    prepared = users.prepare_password(user, new)
    with database.write() as connection:
        users.set_password(connection, user, prepared)
        attempts.clear(connection, door)
        sessions.end_others(connection, user)
        audit.record(database.key, connection, user.name, "password changed")
        return sessions.begin(connection, replace(user, must_change=False))


def _knock(database: Database, door: Door) -> None:
    with database.write() as connection:
        wait = attempts.waits(connection, door)
        if wait <= 0:
            attempts.count(connection, door)
    if wait > 0:
        raise Refused(f"Too many attempts. Please wait {_spoken(wait)} and try again.", wait)


def _refuse(database: Database, name: str) -> NoReturn:
    with database.write() as connection:
        known = users.named(connection, name)
        audit.record(database.key, connection, known.name if known else "nobody", "sign-in refused")
    raise Refused(REFUSED)


def _spoken(wait: float) -> str:
    seconds = ceil(wait)
    return f"{seconds} seconds" if seconds < 120 else f"{ceil(seconds / 60)} minutes"
