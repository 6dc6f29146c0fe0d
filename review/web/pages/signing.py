"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.state import users
from review.state.signing import Refused, Typed, enter, leave
from review.web import guard, origin, render
from review.web.guard import Anyone, Needs, Visit

router = APIRouter()
Door = Annotated[Visit, Depends(Anyone())]


@router.get("/login")
def login(visit: Door) -> Response:
    back = origin.ours(visit.request.query_params.get("next", ""))
    if visit.user.name:
        return RedirectResponse(back, 303)
    return _form(visit, back=back)


@router.post("/login")
def signed(visit: Door) -> Response:
    """A fragment is for a page that lost its session: it goes on where it was, if the person is the same."""
    back = origin.ours(visit.said("next"))
    password = visit.form.get("password", "")[: guard.TYPED]
    typed = Typed(visit.said("name", 256), password, guard.address(visit.request))
    same = visit.said("same", 256)
    if same and same != users.folded(typed.name):
        return _form(visit, back=back, problem=f"This page is {same}'s. Sign in as {same}, or go to the worklist.")
    try:
        session = enter(visit.house.database, visit.house.settings, visit.session, typed)
    except Refused as error:
        return refused(visit, error, back, typed.name)
    if visit.fragment:
        visit = Visit(session.user or guard.NOBODY, session, visit.house, True, visit.request)
        return guard.remember(render.page(visit, "signed_in.html"), visit, session)
    return guard.remember(RedirectResponse(back, 303), visit, session)


@router.post("/logout")
def logout(visit: Annotated[Visit, Depends(Needs(changed=False))]) -> Response:
    leave(visit.house.database, visit.session)
    return guard.forget(RedirectResponse("/login", 303), visit)


def refused(visit: Visit, error: Refused, back: str, name: str = "") -> Response:
    return _form(visit, back=back, problem=str(error), name=name, wait=error.wait)


def _form(visit: Visit, *, back: str, problem: str = "", name: str = "", wait: float = 0.0) -> Response:
    status = 429 if wait else 401 if problem else 200
    said = {"back": back, "problem": problem, "name": name}
    template = "login_part.html" if visit.fragment else "login.html"
    return guard.remember(render.page(visit, template, status=status, **said), visit, visit.session)
