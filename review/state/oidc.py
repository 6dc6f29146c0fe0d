"""Signing in at the hospital's own identity provider: leaving for it, and coming back as a user of ours.

Nobody gets an account by this: a user is one whom an admin has linked, or whose name a claim holds (settings), and who
is linked at the first sign-in, so that a name given to somebody else later opens nothing.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection

from review.settings import Settings
from review.state import audit, provider, sessions, signing, users
from review.state.database import Database
from review.state.provider import Going, Unsure
from review.state.sessions import Limits, Session
from review.state.signing import Refused
from review.state.users import User

ENDED = "This sign-in took too long, or was begun in another browser. Please begin again."
ELSEWHERE = "The identity provider did not let you in. Please try again, or ask your administrator."
UNKNOWN = "You have no account here yet. Please ask your administrator to link yours."
SILENT = "The identity provider does not answer at present. Please try again in a moment."


@dataclass(frozen=True, slots=True)
class Leaving:
    """`cookie`: to be set for the way back alone; SameSite=Lax, for she comes back from another site."""

    address: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """`back`: where she was going; what the page must check as ever."""

    session: Session
    back: str


def leave(database: Database, settings: Settings, here: str, back: str) -> Leaving:
    """`here`: the address of /signed-in as the provider knows it. Raises Refused."""
    found = provider.of(settings)
    if found is None:
        raise Refused("Here one signs in with a password.")
    going = Going(*(secrets.token_urlsafe(32) for _ in range(3)))
    try:
        address = found.address(going, here)
    except Unsure as unsure:
        _told(database, unsure)
        raise Refused(SILENT) from None
    with database.write() as connection:
        session = sessions.begin(connection)
        sessions.carry(connection, session, json.dumps({**asdict(going), "back": back}))
    return Leaving(address, session.token)


def arrive(database: Database, settings: Settings, here: str, cookie: str, query: Mapping[str, str]) -> Arrived:
    """`query`: of the address at which she came back. Raises Refused; a way is gone once."""
    found = provider.of(settings)
    if found is None:
        raise Refused("Here one signs in with a password.")
    session, going, back = _taken(database, settings, cookie, query.get("state", ""))
    try:
        if query.get("iss", found.issuer) != found.issuer:
            raise Unsure("iss of the answer")
        if "code" not in query:
            raise Unsure("refused there")
        claims = found.claims(going, here, query["code"])
    except Unsure as unsure:
        _told(database, unsure)
        raise Refused(SILENT if str(unsure) == "no answer" else ELSEWHERE) from None
    with database.write() as connection:
        user = _user(database, settings, connection, claims)
        if user is not None:
            return Arrived(signing.admit(database, settings, connection, session, user), back)
    _told(database, Unsure("nobody of ours"))
    raise Refused(UNKNOWN)


def _taken(database: Database, settings: Settings, cookie: str, state: str) -> tuple[Session, Going, str]:
    """What was kept when she left; it serves once."""
    with database.write() as connection:
        session = sessions.found(connection, cookie, Limits.of(settings)) if cookie else None
        if session is None or session.user or not session.carried:
            raise Refused(ENDED)
        kept = json.loads(session.carried)
        if not hmac.compare_digest(str(kept["state"]).encode(), state.encode("utf-8", "replace")):
            raise Refused(ENDED)
        sessions.end(connection, session)
    return session, Going(kept["state"], kept["nonce"], kept["verifier"]), str(kept["back"])


def _user(database: Database, settings: Settings, connection: Connection, claims: Mapping[str, object]) -> User | None:
    subject = str(claims["sub"])
    linked = users.of_subject(connection, settings.issuer, subject)
    if linked or not settings.issuer_claim:
        return linked
    name = claims.get(settings.issuer_claim)
    if not isinstance(name, str) or (settings.issuer_claim == "email" and claims.get("email_verified") is not True):
        return None
    user = users.named(connection, name)
    if user is None or user.disabled or user.subject:
        return None
    audit.record(database.key, connection, user.name, "user linked", said={"by": settings.issuer_claim[:64]})
    return users.link(connection, user, settings.issuer, subject)


def _told(database: Database, unsure: Unsure) -> None:
    with database.write() as connection:
        audit.record(database.key, connection, "nobody", "sign-in refused", said={"provider": str(unsure)})
