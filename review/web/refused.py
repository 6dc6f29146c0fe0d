"""Refusals as answers: a whole page, or a fragment for the page's script; never a trace, never PHI."""

from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from review.charts.faults import ChartFault
from review.web import guard, render, taste
from review.web.house import House
from review.web.refusal import TEXTS, Refusal


async def refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _said(request.app.state.house, request, error)


async def chart(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChartFault)
    text = str(error)
    return _said(request.app.state.house, request, Refusal(error.status, text[:1].upper() + text[1:]))


async def database(request: Request, error: Exception) -> Response:
    """Out of reach, or busy too long: 503. Anything else it says of our own statements is our own mistake: 500."""
    if not isinstance(error, OperationalError | InterfaceError):
        raise error
    return _said(request.app.state.house, request, Refusal(503, TEXTS[503]))


async def busy(request: Request, _error: Exception) -> Response:
    """Other writers took too long. Nothing was written; the page's script sends it again."""
    return _said(request.app.state.house, request, Refusal(503, TEXTS[503]))


async def http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = Refusal(error.status_code, TEXTS.get(error.status_code, TEXTS[400]), headers=dict(error.headers or {}))
    return _said(request.app.state.house, request, said)


async def invalid(request: Request, _error: Exception) -> Response:
    """An address or form whose parts do not fit; what they were is not repeated."""
    return _said(request.app.state.house, request, Refusal(400, TEXTS[400]))


async def signed_out(request: Request, _error: Exception) -> Response:
    """Pages lead to the sign-in and back; a fragment holds a form that signs in where the person is."""
    if request.headers.get("x-fragment") != "1":
        back = request.url.path + ("?" + request.url.query if request.url.query else "")
        query = f"?next={quote(back)}" if request.method == "GET" and back != "/" else ""
        return RedirectResponse(f"/login{query}", 303)
    house: House = request.app.state.house
    session = guard.at_the_door(request, house)
    visit = guard.Visit(guard.NOBODY, session, house, True, request)
    return guard.remember(render.page(visit, "login_part.html", status=401, problem="", name=""), visit, session)


def bare(house: House) -> Callable[[Request, Refusal], Response]:
    """For refusals before any route."""
    return lambda request, error: _said(house, request, error)


def _said(house: House, request: Request, error: Refusal) -> Response:
    if error.status == 303:
        return Response(status_code=303, headers=error.headers)
    part = request.headers.get("x-fragment") == "1"
    template = house.templates.get_template("refusal_part.html" if part else "refusal.html")
    said = {"heading": error.heading, "text": error.text, "status": error.status, "taste": taste.of(request)}
    return HTMLResponse(template.render(said), error.status, headers=error.headers)
