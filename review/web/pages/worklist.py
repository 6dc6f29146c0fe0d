"""The worklist: which charts wait, in which order, who has them, and how the day goes."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.charts.chart import Side
from review.roles import Right
from review.state import audit, locks, upcoming, worklist
from review.state.tables import STATES
from review.state.worklist import Unassignable
from review.web import origin, render
from review.web.asked import UNCERTAIN, Asked
from review.web.guard import Visit, needs
from review.web.refusal import Refusal

router = APIRouter()
Viewer = Annotated[Visit, Depends(needs(Right.SEE_ORIGINAL, Right.SEE_OPEN, Right.ASSIGN))]
Worker = Annotated[Visit, Depends(needs(Right.DECIDE, Right.PRACTISE))]
Giver = Annotated[Visit, Depends(needs(Right.ASSIGN))]


@router.get("/")
def home(_visit: Annotated[Visit, Depends(needs())]) -> Response:
    return RedirectResponse("/worklist", 303)


@router.get("/worklist")
def charts(visit: Viewer) -> Response:
    side: Side = "phi" if visit.may(Right.SEE_ORIGINAL) else "open"
    asked = Asked.of(visit.request.query_params, side)
    minutes = visit.house.settings.lock_minutes
    with visit.house.database.read() as connection:
        page = worklist.page(connection, asked.filter(), asked.page, side=side, minutes=minutes)
        today = upcoming.today(connection, visit.user)
        wards = worklist.wards(connection) if side == "phi" else []
        coders = worklist.coders(connection) if side == "phi" or visit.may(Right.ASSIGN) else []
    said: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "today": today,
        "wards": wards,
        "coders": coders,
        "side": side,
        "counted": not visit.house.settings.planted,  # one more on the chart would tell which is ours
        "nothing": visit.request.query_params.get("none") == "1",
        "states": STATES,
        "waiting": sum(page.counts.get(state, 0) for state in upcoming.DUE),
        "uncertain": UNCERTAIN,
        "most": max([4.0, *(row.gain for row in page.rows)]),
    }
    return render.page(visit, "worklist.html", **said)


@router.post("/worklist/next")
def next_chart(visit: Worker) -> Response:
    """Found and locked in one transaction: two coders who ask at once get two charts. Among those of her filters."""
    minutes = visit.house.settings.lock_minutes
    asked = Asked.of(visit.form, "phi" if visit.may(Right.SEE_ORIGINAL) else "open").next()
    among = asked.filter().waiting()
    with visit.house.database.write() as connection:
        chart_id = upcoming.next(connection, visit.user, minutes=minutes, after=visit.said("after", 32), among=among)
        if chart_id and visit.may(Right.DECIDE):
            locks.take(connection, chart_id, visit.user.id, minutes)
    return RedirectResponse(f"/charts/{chart_id}" if chart_id else asked.address(none=1), 303)


@router.post("/charts/{chart_id}/assign")
def assign(chart_id: str, visit: Giver) -> Response:
    """`user`: an id, or nothing for nobody."""
    said = visit.said("user", 16)
    if said and not (said.isascii() and said.isdigit()):
        raise Refusal(422, "The form does not say to whom. Reload the page and send it again.")
    try:
        with visit.house.database.write() as connection:
            worklist.assign(connection, visit.house.database.key, visit.user, chart_id, int(said) if said else None)
    except Unassignable as refused:
        raise Refusal(422, str(refused)) from None
    return RedirectResponse(origin.ours(visit.said("next")), 303)


@router.post("/charts/{chart_id}/free")
def free(chart_id: str, visit: Giver) -> Response:
    """Takes a chart from whoever has it open; what she has decided is recorded already."""
    with visit.house.database.write() as connection:
        held = locks.holder(connection, chart_id, visit.house.settings.lock_minutes)
        if held:
            locks.free(connection, chart_id)
            audit.record(visit.house.database.key, connection, visit.user.name, "lock freed", chart_id)
    return RedirectResponse(origin.ours(visit.said("next")), 303)
