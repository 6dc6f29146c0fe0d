"""Every key of every page, and what it does: the list is data (shown/words.yaml), which the pages' scripts keep to."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.web import render
from review.web.guard import Needs, Visit
from review.web.shown.words import words

router = APIRouter()


@router.get("/keys")
def keys(visit: Annotated[Visit, Depends(Needs(changed=False))]) -> Response:
    return render.page(visit, "key_list.html" if visit.fragment else "keys.html", words=words())
