"""Acts on a chart: one is posted, recorded, and the panel of codes comes back as it stands then."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from review.coding.act import Act
from review.coding.refused import Locked, NotRecorded, Refused
from review.judging import rounds
from review.roles import Right
from review.state import clock, decisions, locks
from review.state.decisions import Pen
from review.web.guard import Visit, needs
from review.web.pages.asked import asked, named, number
from review.web.pages.chart import seen
from review.web.pages.opened import Opened, charted, opened
from review.web.pages.showing import Told, codes, whole
from review.web.shown.panel import number as place

router = APIRouter()
Coder = Annotated[Visit, Depends(needs(Right.DECIDE, Right.PRACTISE))]
MOVES_ON = (
    "accept",
    "reject",
    "add",
    "accept-all",
    "undo",
    "redo",
)  # then on to the next undecided code


@router.post("/charts/{chart_id}/acts")
def act(chart_id: str, visit: Coder) -> Response:
    try:
        done, acts = recorded(visit, chart_id)
    except NotRecorded as refused:
        return _refused(visit, chart_id, refused)
    if visit.fragment:
        return codes(visit, done.judged(visit), _line(done, acts))
    line = _line(done, acts)
    return RedirectResponse(f"/charts/{chart_id}" + (f"?line={line}#line-{line}" if line is not None else ""), 303)


def recorded(visit: Visit, chart_id: str) -> tuple[Opened, list[Act]]:
    """All that one press of a key asks for, in one transaction; no acts where they are in the log already.

    Raises NotRecorded.
    """
    chart = charted(visit, chart_id)
    house = visit.house
    pen = Pen(visit.user, house.settings, house.finder.tables, house.database.key)
    with house.database.write() as connection:
        before = opened(connection, visit, chart, take=False)
        if decisions.known(connection, visit.user, chart_id, number(visit)):
            return before, []
        if before.why_not:
            raise Refused(f"{before.why_not} Nothing was recorded.")
        acts = asked(visit, before)
        thread = before.thread
        if thread.trainee is None and rounds.is_open(connection, chart_id, thread.round):
            free = rounds.take(connection, chart_id, thread.round, visit.user.id)
            if not free and not before.coding.finished:
                raise Locked("Another coder", clock.now())
        for one in acts:
            decisions.append(connection, pen, chart, thread, one)
        after = opened(connection, visit, chart, take=False)
        if after.coding.finished and thread.trainee is None:
            locks.release(connection, chart_id, visit.user.id)  # the next coder need not wait
        return after, acts


def _line(done: Opened, acts: list[Act]) -> int | None:
    """Where the page looks next: nothing for the first undecided."""
    if not acts or acts[-1].action in MOVES_ON or not acts[-1].code:
        return None
    last = acts[-1]
    return place(done.chart, done.coding, last.system, str(last.after.get("code") or last.code))


def _refused(visit: Visit, chart_id: str, refused: NotRecorded) -> Response:
    found = seen(visit, chart_id)
    told = _told(visit, found, refused)
    line = place(found.chart, found.coding, visit.said("system", 32), visit.said("code", 32))
    return codes(visit, found, line, told, quotes=True) if visit.fragment else whole(visit, found, "", line, told)


def _told(visit: Visit, found: Opened, refused: NotRecorded) -> Told:
    told = Told(str(refused), refused.status)
    action, system, code = named(visit)
    if not isinstance(refused, Refused) or not refused.instead or action not in ("add", "edit"):
        return told
    table = visit.house.finder.tables.of(found.chart, system).table
    choices = tuple((one, table.title(one)) for one in refused.instead)
    return replace(
        told, action=action, system=system, code=code, evidence=visit.said("evidence", 200_000), instead=choices
    )
