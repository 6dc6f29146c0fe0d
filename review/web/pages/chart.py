"""The chart: notes and what else is known on one side, codes on the other. Every view of an original is audited."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.roles import Right
from review.state import audit, locks
from review.web.guard import Visit, needs
from review.web.pages.opened import Opened, charted, opened
from review.web.pages.showing import beside, codes, whole
from review.web.shown.words import words

router = APIRouter()
Reader = Annotated[Visit, Depends(needs(Right.SEE_ORIGINAL, Right.SEE_OPEN))]
Alive = Annotated[Visit, Depends(needs(Right.DECIDE, alive=False))]


@router.get("/charts/{chart_id}")
def show(chart_id: str, visit: Reader, tab: str = "", line: str = "") -> Response:
    """A fragment is the panel of codes, or what a tab holds where one is asked for."""
    found = seen(visit, chart_id, tab)
    if visit.fragment:
        return beside(visit, found, tab) if tab in words().tabs else codes(visit, found, chosen(line), quotes=True)
    return whole(visit, found, tab, chosen(line))


def chosen(line: str) -> int | None:
    return int(line) if line.isascii() and line.isdigit() and len(line) < 6 else None


def seen(visit: Visit, chart_id: str, tab: str = "") -> Opened:
    """The chart as this person may see it. The audit has its line before anything of it is sent."""
    chart = charted(visit, chart_id)
    with visit.house.database.write() as connection:
        found = opened(connection, visit, chart, take=True)
        if chart.side == "phi":
            said = {"snapshot": chart.snapshot, "tab": tab if tab in words().tabs else "notes"}
            audit.record(visit.house.database.key, connection, visit.user.name, "view", chart_id, said)
    return found.judged(visit)


@router.post("/charts/{chart_id}/hold")
def hold(chart_id: str, visit: Alive) -> Response:
    """A sign of life of the page. 423: somebody else has the chart by now; 409: its notes changed."""
    chart = charted(visit, chart_id)
    with visit.house.database.write() as connection:
        try:
            if not opened(connection, visit, chart, take=False).read_only:  # who only reads keeps nobody away
                locks.take(connection, chart_id, visit.user.id, visit.house.settings.lock_minutes)
        except locks.Held:
            return Response(status_code=423)
    shown = visit.said("digest", 128)
    return Response(status_code=409 if shown and shown != chart.digest else 204)


@router.post("/charts/{chart_id}/release")
def release(chart_id: str, visit: Alive) -> Response:
    """The page was left; the chart is free for others at once."""
    with visit.house.database.write() as connection:
        locks.release(connection, chart_id, visit.user.id)
    return Response(status_code=204)
