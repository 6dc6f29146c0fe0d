"""Who asks, whether she may, and whether it was she: every route but /health and /static goes through here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from review import roles
from review.roles import Right
from review.state import door, sessions, signing
from review.state.sessions import Limits, Session
from review.state.users import User
from review.web import origin
from review.web.house import House
from review.web.refusal import TEXTS, Refusal, SignedOut

NOBODY = User(0, "", "", "")
FIELDS = 200
TYPED = 4_096  # characters of a password that are read
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Visit:
    """One request of one person. `form`: what was posted. `fragment`: a part of a page is wanted, not a whole one."""

    user: User
    session: Session
    house: House
    fragment: bool
    request: Request = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)

    def may(self, right: Right) -> bool:
        return roles.may(self.user.role, right)

    def said(self, name: str, most: int = 2_000) -> str:
        """A field of the form, without blanks around it; empty where there is none."""
        text = self.form.get(name, "").strip()
        if len(text) > most:
            raise Refusal(422, f"A text is longer than {most:,} characters. Nothing was recorded. Shorten it.")
        return text


@dataclass(frozen=True)
class Anyone:
    """The dependency of pages for people who have not signed in; a POST still needs its session's token."""

    async def __call__(self, request: Request) -> Visit:
        house: House = request.app.state.house
        form = await posted(request)
        session = await run_in_threadpool(lambda: of(request, house) or at_the_door(request, house))
        user = session.user or NOBODY
        request.state.who = user.name
        visit = Visit(user, session, house, request.headers.get("x-fragment") == "1", request, form)
        if request.method == "POST":
            _ours(visit)
        return visit


@dataclass(frozen=True)
class Needs:
    """`rights`: one of them is enough; without any, to be signed in is. `changed`: her password is her own.

    `alive`: a person has done something, which keeps her session; a page's own sign of life has not.
    """

    rights: tuple[Right, ...] = ()
    changed: bool = True
    alive: bool = True

    async def __call__(self, request: Request) -> Visit:
        house: House = request.app.state.house
        form = await posted(request)
        session = await run_in_threadpool(of, request, house, alive=self.alive)
        if session is None or session.user is None:
            raise SignedOut
        user = session.user
        request.state.who = user.name
        visit = Visit(user, session, house, request.headers.get("x-fragment") == "1", request, form)
        if self.rights and not any(visit.may(right) for right in self.rights):
            raise Refusal(403, f"Your role ({user.role}) may not do this. An admin can change roles.")
        if request.method == "POST":
            _ours(visit)
        if self.changed and user.must_change:
            raise Refusal(303, "", headers={"location": "/account"})
        return visit


def needs(*rights: Right, alive: bool = True) -> Needs:
    """For a route: `visit: Annotated[Visit, Depends(needs(Right.DECIDE))]`. One of the rights is enough."""
    return Needs(rights, alive=alive)


def _ours(visit: Visit) -> None:
    headers = visit.request.headers
    if origin.foreign(headers, https=visit.house.settings.https):
        raise Refusal(403, "The request came from another site. Nothing was recorded. Go to the worklist.")
    said = headers.get("x-csrf") or visit.form.get("csrf", "")
    if not sessions.same(visit.session, said):
        raise Refusal(403, "The form is from another session. Nothing was recorded. Reload the page and send it again.")


async def posted(request: Request) -> dict[str, str]:
    """Fields of a form as browsers post it; of a field sent twice the last. No files: none are ever asked for."""
    if request.method != "POST":
        return {}
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != FORM:
        raise Refusal(415, f"Forms are sent as {FORM}. Nothing was recorded. Reload the page and send it again.")
    try:
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS))
    except ValueError:
        raise Refusal(400, TEXTS[400]) from None
    if any("\0" in text for pair in fields.items() for text in pair):
        raise Refusal(400, TEXTS[400])
    return fields


def address(request: Request) -> str:
    """Where it comes from; behind a proxy what the proxy says (serve.py)."""
    return request.client.host if request.client else ""


def cookie_name(house: House) -> str:
    return "__Host-chartloom" if house.settings.https else "chartloom"


def of(request: Request, house: House, *, alive: bool = False) -> Session | None:
    cookie = request.cookies.get(cookie_name(house), "")
    if not cookie or len(cookie) > 128:
        return None
    with house.database.read() as connection:
        session = sessions.found(connection, cookie, Limits.of(house.settings))
    if session and session.user and signing.closed(house.settings, session.user):
        return None
    if session and session.user and session.stale and alive:
        with house.database.write() as connection:
            sessions.touch(connection, session)
    return session


def at_the_door(request: Request, house: House) -> Session:
    """Of somebody who has not signed in. Nothing of it is kept here, so a crowd of strangers writes nothing."""
    key, cookie = house.database.key, request.cookies.get(cookie_name(house), "")
    return door.known(key, cookie) or door.made(key)


def remember(response: Any, visit: Visit, session: Session) -> Response:
    """The session in a cookie that scripts cannot read and other sites cannot send; it ends with the browser."""
    secure = visit.house.settings.https
    name = cookie_name(visit.house)
    response.set_cookie(name, session.token, httponly=True, samesite="strict", secure=secure, path="/")
    made: Response = response
    return made


def forget(response: Response, visit: Visit) -> Response:
    secure = visit.house.settings.https
    response.delete_cookie(cookie_name(visit.house), httponly=True, samesite="strict", secure=secure, path="/")
    return response
