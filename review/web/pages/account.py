"""A person's own page: how she likes pages to look, and her password."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.state.passwords import SHORTEST, Unfit
from review.state.signing import Refused, change_password
from review.web import guard, render, taste
from review.web.guard import Needs, Visit
from review.web.refusal import Refusal

router = APIRouter()
Own = Annotated[Visit, Depends(Needs(changed=False))]


@router.get("/account")
def account(visit: Own) -> Response:
    return _page(visit, done=visit.request.query_params.get("done") == "password")


@router.post("/account")
def change(visit: Own) -> Response:
    """`act`: look or password."""
    act = visit.said("act", 16)
    if act == "password":
        return _password(visit)
    if act != "look":
        raise Refusal(422, "The form does not say what to change. Reload the page and send it again.")
    answer = RedirectResponse("/account", 303)
    chosen = taste.chosen(visit.said("theme"), visit.said("size"))
    taste.keep(answer, chosen, secure=visit.house.settings.https)
    return answer


def _password(visit: Visit) -> Response:
    """The session goes on under a new token; all others of the person end."""
    old, new, again = (visit.form.get(name, "")[: guard.TYPED] for name in ("old", "new", "again"))
    if new != again:
        return _page(visit, problem="The new password and its repetition differ. Type it twice.")
    try:
        session = change_password(visit.house.database, visit.session, old, new, guard.address(visit.request))
    except Unfit as unfit:
        return _page(visit, problem=str(unfit))
    except Refused as refused:
        return _page(visit, problem=str(refused), wait=refused.wait)
    return guard.remember(RedirectResponse("/account?done=password", 303), visit, session)


def _page(visit: Visit, *, problem: str = "", wait: float = 0.0, done: bool = False) -> Response:
    status = 429 if wait else 422 if problem else 200
    said: dict[str, Any] = {"problem": problem, "done": done, "shortest": SHORTEST}
    return render.page(visit, "account.html", status=status, themes=taste.THEMES, sizes=taste.SIZES, **said)
