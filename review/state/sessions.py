"""Who is signed in: a random token in a cookie; the database keeps only its digest."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from review.settings import Settings
from review.state import clock, users
from review.state.tables import sessions
from review.state.users import User

NAMELESS = timedelta(hours=1)  # how long a session lives in which nobody signs in
RARELY = timedelta(seconds=60)  # `seen` is written no oftener


@dataclass(frozen=True, slots=True)
class Limits:
    idle: timedelta = timedelta(minutes=30)
    whole: timedelta = timedelta(hours=12)

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.session_hours))


@dataclass(frozen=True, slots=True)
class Session:
    """`token`: what the cookie holds. `user`: none until somebody has signed in.

    `carried`: state of a sign-in under way at an identity provider. `stale`: it is time for `touch`.
    """

    token: str = field(repr=False)
    user: User | None
    csrf: str = field(repr=False)
    carried: str | None = field(default=None, repr=False)
    stale: bool = False


def begin(connection: Connection, user: User | None = None) -> Session:
    session = Session(secrets.token_urlsafe(32), user, secrets.token_urlsafe(32))
    now = clock.now()
    if user is None:
        connection.execute(delete(sessions).where(sessions.c.user_id.is_(None), sessions.c.created < now - NAMELESS))
    row = {"token": _kept(session.token), "user_id": user.id if user else None, "csrf": session.csrf}
    connection.execute(insert(sessions).values(created=now, seen=now, **row))
    return session


def found(connection: Connection, cookie: str, limits: Limits = Limits()) -> Session | None:
    """None: unknown, ended, or of a user who is disabled."""
    row = connection.execute(select(sessions).where(sessions.c.token == _kept(cookie))).one_or_none()
    if row is None or _over(row.created, row.seen, row.user_id is None, limits):
        return None
    user = users.found(connection, row.user_id) if row.user_id is not None else None
    if row.user_id is not None and (user is None or user.disabled):
        return None
    return Session(cookie, user, row.csrf, row.carried, clock.now() - row.seen > RARELY)


def touch(connection: Connection, session: Session) -> None:
    """She has done something. A page's own sign of life is none: it would keep a session that nobody sits at."""
    connection.execute(update(sessions).where(_is(session)).values(seen=clock.now()))


def raised(connection: Connection, session: Session, user: User) -> Session:
    """Another token for who has signed in or changed her password: one that was known before opens nothing."""
    end(connection, session)
    return begin(connection, user)


def carry(connection: Connection, session: Session, carried: str | None) -> Session:
    connection.execute(update(sessions).where(_is(session)).values(carried=carried))
    return replace(session, carried=carried)


def end(connection: Connection, session: Session) -> None:
    connection.execute(delete(sessions).where(_is(session)))


def end_others(connection: Connection, user: User, session: Session | None = None) -> None:
    """All of the user; but not this one."""
    hers = [sessions.c.user_id == user.id, *([sessions.c.token != _kept(session.token)] if session else [])]
    connection.execute(delete(sessions).where(*hers))


def sweep(connection: Connection, limits: Limits) -> int:
    """Takes out those that have ended; as many."""
    now = clock.now()
    over = or_(
        sessions.c.created < now - limits.whole,
        sessions.c.seen < now - limits.idle,
        and_(sessions.c.user_id.is_(None), sessions.c.created < now - NAMELESS),
    )
    return connection.execute(delete(sessions).where(over)).rowcount


def same(session: Session, csrf: str) -> bool:
    """In a time that does not tell how much of it fits."""
    return hmac.compare_digest(session.csrf.encode(), csrf.encode("utf-8", "replace"))


def _over(created: datetime, seen: datetime, nameless: bool, limits: Limits) -> bool:
    now = clock.now()
    return now - seen > limits.idle or now - created > (min(NAMELESS, limits.whole) if nameless else limits.whole)


def _kept(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _is(session: Session) -> ColumnElement[bool]:
    return sessions.c.token == _kept(session.token)
