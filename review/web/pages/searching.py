"""Search for a code to add, and the way through the hierarchy: what is above a code and what below."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.roles import Right
from review.web import render
from review.web.guard import Visit, needs
from review.web.pages.chart import seen
from review.web.pages.opened import charted
from review.web.pages.showing import SYSTEM, whole
from review.web.refusal import Refusal

router = APIRouter()
Reader = Annotated[Visit, Depends(needs(Right.DECIDE, Right.PRACTISE, Right.SEE_ORIGINAL, Right.SEE_OPEN))]
CODE = 16


@router.post("/charts/{chart_id}/search")
def search(chart_id: str, visit: Reader) -> Response:
    """Words are posted, not put into the address: they tell what a patient has."""
    system, q = _system(visit), visit.said("q", 200)
    if visit.fragment:
        chart = charted(visit, chart_id)
        hits = visit.house.finder.search(q, system, chart=chart)
        return render.page(visit, "chart_found.html", found=hits, q=q, system=system)
    found = seen(visit, chart_id)
    hits = visit.house.finder.search(q, system, chart=found.chart, coding=found.coding)
    return whole(visit, found, "", None, more={"found": hits, "q": q, "system": system})


@router.post("/charts/{chart_id}/browse")
def browse(chart_id: str, visit: Reader) -> Response:
    """Without a code: the chapters."""
    system, code = _system(visit), visit.said("code", CODE)
    chart = charted(visit, chart_id)
    place = visit.house.finder.browse(system, code, chart=chart)
    if place is None:
        raise Refusal(404, f"The table of {system} has no such code. Search for it by words.", "There is no such code")
    said: dict[str, Any] = {"looked": place, "system": system}
    if visit.fragment:
        return render.page(visit, "chart_looked.html", **said)
    return whole(visit, seen(visit, chart_id), "", None, more=said)


def _system(visit: Visit) -> str:
    system = visit.said("system", 32) or SYSTEM
    if system not in visit.house.finder.tables.systems:
        raise Refusal(422, "No table of this code system is at hand. Choose another one.")
    return system
