"""Signing in at an identity provider: GET /sign-in leaves for it, GET /signed-in comes back."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.state import oidc
from review.state.signing import Refused
from review.web import guard, origin, render
from review.web.guard import Anyone, Visit

router = APIRouter()
Door = Annotated[Visit, Depends(Anyone())]
LASTS = 3600  # seconds that she may take there


@router.get("/sign-in")
def leave(visit: Door) -> Response:
    back = origin.ours(visit.request.query_params.get("next", ""))
    house = visit.house
    try:
        leaving = oidc.leave(house.database, house.settings, _here(visit), back)
    except Refused as refused:
        return _refused(visit, str(refused))
    answer = RedirectResponse(leaving.address, 303)
    answer.set_cookie(
        _cookie(visit), leaving.cookie, LASTS, path="/", httponly=True, samesite="lax", secure=house.settings.https
    )
    return answer


@router.get("/signed-in")
def arrive(visit: Door) -> Response:
    """A page that goes on by itself: browsers send the session's cookie only where our own page leads."""
    house, cookie = visit.house, visit.request.cookies.get(_cookie(visit), "")
    query = dict(visit.request.query_params)
    try:
        arrived = oidc.arrive(house.database, house.settings, _here(visit), cookie[:128], query)
    except Refused as refused:
        return _over(visit, _refused(visit, str(refused)))
    shown = Visit(arrived.session.user or guard.NOBODY, arrived.session, house, False, visit.request)
    page = render.page(shown, "arrived.html", back=origin.ours(arrived.back))
    return _over(visit, guard.remember(page, shown, arrived.session))


def _here(visit: Visit) -> str:
    """The gate lets in only names that are ours."""
    scheme = "https" if visit.house.settings.https else "http"
    return f"{scheme}://{visit.request.headers['host']}/signed-in"


def _cookie(visit: Visit) -> str:
    return guard.cookie_name(visit.house) + "-way"


def _over(visit: Visit, answer: Response) -> Response:
    secure = visit.house.settings.https
    answer.delete_cookie(_cookie(visit), path="/", httponly=True, samesite="lax", secure=secure)
    return answer


def _refused(visit: Visit, problem: str) -> Response:
    page = render.page(visit, "login.html", status=401, back="/worklist", problem=problem, name="")
    return guard.remember(page, visit, visit.session)
