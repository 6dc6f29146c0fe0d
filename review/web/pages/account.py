"""A person's own page: how she likes pages to look, and her password."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.web import render, taste
from review.web.guard import Needs, Visit

router = APIRouter()
Own = Annotated[Visit, Depends(Needs(changed=False))]


@router.get("/account")
def account(visit: Own) -> Response:
    return render.page(visit, "account.html", themes=taste.THEMES, sizes=taste.SIZES)


@router.post("/account")
def change(visit: Own) -> Response:
    answer = RedirectResponse("/account", 303)
    chosen = taste.chosen(visit.said("theme"), visit.said("size"))
    taste.keep(answer, chosen, secure=visit.house.settings.https)
    return answer
