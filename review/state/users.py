"""Who may sign in: names, roles, passwords. A person is disabled, never deleted: her decisions bear her name."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from nlp.icd.billing.decided import MACHINES, person
from review.roles import ROLES, Right, may
from review.state import clock, leaving, passwords
from review.state.database import Database
from review.state.passwords import Unfit
from review.state.tables import sessions, users

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
RESERVED = {"system", "nobody"}


@dataclass(frozen=True, slots=True)
class User:
    """`subject`: "issuer|subject" at an identity provider. `password`: has one."""

    id: int
    name: str
    shown: str
    role: str
    disabled: bool = False
    must_change: bool = False
    subject: str | None = None
    password: bool = True
    created: datetime | None = None


_KEPT = users.c
_QUERY = select(_KEPT.id, _KEPT.name, _KEPT.shown, _KEPT.role, _KEPT.disabled, _KEPT.must_change, _KEPT.subject,
                _KEPT.password.is_not(None).label("password"), _KEPT.created)  # fmt: skip


def judge(connection: Connection, name: str, shown: str, role: str) -> tuple[str, str]:
    """Name and shown name as they will be kept. Raises Unfit."""
    name, shown = folded(name), shown.strip() or name.strip()
    if not NAME.fullmatch(name) or name in RESERVED or not person(name):
        raise Unfit(
            "A name has 2 to 64 characters: a-z, 0-9 and . _ @ -, beginning with a letter or digit; not 'system', and "
            f"not beginning with {' or '.join(MACHINES)}: what such a name decides counts as a machine's."
        )
    if len(shown) > 128 or not shown.isprintable():
        raise Unfit("The name shown to others has at most 128 characters, without line breaks.")
    _judge_role(role)
    if named(connection, name):
        raise Unfit(f"There is a user {name!r} already. Choose another name.")
    return name, shown


def add(
    connection: Connection, name: str, shown: str, role: str, password: str | None = None, *, must_change: bool = False
) -> User:
    """Without a password: signs in at an identity provider, once an admin has linked the person. Raises Unfit."""
    name, shown = judge(connection, name, shown, role)
    if password is not None:
        passwords.judge(password, name, shown)
    stored = None if password is None else passwords.digest(password)
    row = {"name": name, "shown": shown, "role": role, "password": stored, "must_change": must_change}
    made = connection.execute(insert(users).values(**row, disabled=False, created=clock.now())).inserted_primary_key
    added = found(connection, made[0]) if made else None
    assert added
    return added


def every(connection: Connection) -> list[User]:
    return [User(*row) for row in connection.execute(_QUERY.order_by(_KEPT.name))]


def found(connection: Connection, user_id: int) -> User | None:
    row = connection.execute(_QUERY.where(_KEPT.id == user_id)).one_or_none()
    return User(*row) if row else None


def named(connection: Connection, name: str) -> User | None:
    name = folded(name)
    row = connection.execute(_QUERY.where(_KEPT.name == name)).one_or_none() if NAME.fullmatch(name) else None
    return User(*row) if row else None


def of_subject(connection: Connection, issuer: str, subject: str) -> User | None:
    row = connection.execute(_QUERY.where(_KEPT.subject == f"{issuer}|{subject}")).one_or_none()
    return User(*row) if row else None


def checked(database: Database, name: str, password: str) -> User | None:
    """The user, where name and password fit and she is not disabled. As slow for a name that nobody has.

    In transactions of its own: nobody waits for the sums. Use signing.enter, which counts attempts too.
    """
    with database.read() as connection:
        user = named(connection, name)
        query = select(_KEPT.password).where(_KEPT.id == (user.id if user else -1))
        stored = connection.execute(query).scalar_one_or_none()
    if not passwords.fits(stored, password) or user is None or user.disabled:
        return None
    if stored and passwords.outdated(stored):
        renewed = passwords.digest(password)
        with database.write() as connection:
            same = (_KEPT.id == user.id, _KEPT.password == stored)
            connection.execute(update(users).where(*same).values(password=renewed))
    return user


@dataclass(frozen=True, slots=True)
class Prepared:
    """A password that has been judged and hashed: outside the transaction, for it takes a while."""

    digest: str


def prepare_password(user: User, password: str) -> Prepared:
    """Raises Unfit."""
    passwords.judge(password, user.name, user.shown)
    return Prepared(passwords.digest(password))


def set_password(connection: Connection, user: User, prepared: Prepared, *, must_change: bool = False) -> None:
    """Sessions go on: sessions.end_others is the caller's."""
    _set(connection, user, password=prepared.digest, must_change=must_change)


def set_role(connection: Connection, user: User, role: str) -> User:
    _judge_role(role)
    _set(connection, user, role=role)
    if not may(role, Right.DECIDE):
        leaving.hand_back(connection, user.id)
    return replace(user, role=role)


def disable(connection: Connection, user: User) -> User:
    """Her sessions end at once, locks she holds count no more, and what she had in hand goes to others."""
    _set(connection, user, disabled=True)
    leaving.hand_back(connection, user.id)
    connection.execute(delete(sessions).where(sessions.c.user_id == user.id))
    return replace(user, disabled=True)


def enable(connection: Connection, user: User) -> User:
    _set(connection, user, disabled=False)
    return replace(user, disabled=False)


def link(connection: Connection, user: User, issuer: str, subject: str) -> User:
    """From now on that person of the identity provider signs in as this user."""
    if not subject or len(f"{issuer}|{subject}") > 256:
        raise Unfit("A subject is what the identity provider calls the person (sub), of at most 200 characters.")
    other = of_subject(connection, issuer, subject)
    if other and other.id != user.id:
        raise Unfit(f"That person of the identity provider signs in as {other.name!r} already.")
    _set(connection, user, subject=f"{issuer}|{subject}")
    return replace(user, subject=f"{issuer}|{subject}")


def folded(name: str) -> str:
    """As names are compared: what is typed with capitals or blanks around it is the same name."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _judge_role(role: str) -> None:
    if role not in ROLES:
        raise Unfit(f"There is no role {role!r}; there are {', '.join(ROLES)}.")


def _set(connection: Connection, user: User, **values: object) -> None:
    connection.execute(update(users).where(users.c.id == user.id).values(values))
