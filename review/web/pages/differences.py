"""Two lists of one chart side by side, for somebody who coded neither: each difference is settled by one key."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, exists, select
from starlette.responses import RedirectResponse, Response

from review.charts.chart import Chart
from review.coding.line import ACCEPTED, REJECTED, Line
from review.coding.refused import NotRecorded
from review.judging import desk, rounds
from review.judging.desk import Bench, Press
from review.judging.items import NO, Item, agreed
from review.judging.quoted import Quote, quotes
from review.roles import Right
from review.state import audit, tables
from review.state.decisions import Pen
from review.web import render
from review.web.guard import Visit, needs
from review.web.refusal import Refusal

router = APIRouter()
Judge = Annotated[Visit, Depends(needs(Right.JUDGE))]
SIDES = ("left", "right")


@dataclass(frozen=True)
class Side:
    """What one list says. `reason`: why a code was rejected, in the coder's words. `display`: of one that it names.
    `adds`: a code that it names was left out, and is put back with it.
    """

    name: str
    says: str
    chosen: bool
    quotes: tuple[Quote, ...]
    reason: str = ""
    display: str = ""
    adds: bool = False


@dataclass(frozen=True)
class Question:
    item: Item
    number: int
    display: str
    sides: tuple[Side, ...]


@router.get("/charts/{chart_id}/differences")
def differences(chart_id: str, visit: Judge) -> Response:
    return _page(visit, visit.house.desk.chart(chart_id, "phi"))


@router.post("/charts/{chart_id}/differences")
def settle(chart_id: str, visit: Judge) -> Response:
    chart = visit.house.desk.chart(chart_id, "phi")
    try:
        ended = _settled(visit, chart)
    except NotRecorded as refused:
        return _page(visit, chart, str(refused), refused.status)
    if ended:
        return RedirectResponse(_next(visit), 303)
    return RedirectResponse(f"/charts/{chart_id}/differences#next", 303)


@router.post("/charts/{chart_id}/second")
def second(chart_id: str, visit: Annotated[Visit, Depends(needs(Right.DECIDE))]) -> Response:
    """A coder who is not sure asks for a second one."""
    with visit.house.database.write() as connection:
        known = rounds.coders(connection, chart_id)
        if known and visit.user.id not in known and not visit.may(Right.JUDGE):
            raise Refusal(403, "Another coder codes this chart. She, or an auditor, can ask for a second one.")
        if not connection.execute(select(exists().where(tables.charts.c.id == chart_id))).scalar():
            raise Refusal(404, "There is no such chart. Go to the worklist and start from there.")
        if rounds.ask(connection, chart_id, rounds.SECOND):
            audit.record(visit.house.database.key, connection, visit.user.name, "second asked", chart_id)
    return RedirectResponse(f"/charts/{chart_id}", 303)


def _settled(visit: Visit, chart: Chart) -> bool:
    """True once the chart is finished."""
    version = visit.said("version", 9)
    seen = int(version) if version.isascii() and version.isdigit() else -1
    press = Press(visit.said("decision_id", 64), seen, visit.said("digest", 64))
    if not press.name:
        raise Refusal(422, "The decision came without a number. Reload the page and decide again.")
    with visit.house.database.write() as connection:
        _judge(connection, visit, chart.id)
        if not rounds.take(connection, chart.id, rounds.SETTLING, visit.user.id):
            raise Refusal(423, "Another auditor settles this chart. Nothing was recorded. Take another one.")
        if visit.said("act") == "finish":
            if not desk.finish(connection, _pen(visit), chart, press):
                raise Refusal(422, "Something is not settled yet. Nothing was recorded. Go back and settle it.")
            return True
        bench = desk.bench(connection, _pen(visit), chart)
        item = next((each for each in bench.items if each.name == visit.said("item")), None)
        side = visit.said("side")
        if item is None or side not in SIDES:
            raise Refusal(422, "That is no difference of this chart. Nothing was recorded. Reload the page.")
        desk.settle(connection, _pen(visit), chart, item.name, bench.sides(item)[SIDES.index(side)], press)
    return False


def _judge(connection: Connection, visit: Visit, chart_id: str) -> None:
    """Raises a Refusal where nothing differs, or where she coded the chart herself."""
    known = rounds.asked(connection, chart_id)
    if rounds.SETTLING not in known:
        raise Refusal(
            404, "No two coders differ on this chart. Go to the worklist and take another.", "Nothing to settle"
        )
    mine = rounds.coders(connection, chart_id).get(visit.user.id)
    if mine in (rounds.FIRST, rounds.SECOND):
        raise Refusal(403, "You coded this chart yourself, so somebody else settles it. Take another one.")


def _next(visit: Visit) -> str:
    with visit.house.database.read() as connection:
        waiting = rounds.waiting(connection, visit.user.id, rounds.SETTLING)
    return f"/charts/{waiting[0].chart_id}/differences" if waiting else "/agreement"


def _pen(visit: Visit) -> Pen:
    house = visit.house
    return Pen(visit.user, house.settings, house.finder.tables, house.database.key)


def _page(visit: Visit, chart: Chart, problem: str = "", status: int = 200) -> Response:
    """It quotes notes, a refusal's too: audited before anything is shown."""
    with visit.house.database.write() as connection:
        _judge(connection, visit, chart.id)
        audit.record(visit.house.database.key, connection, visit.user.name, "differences seen", chart.id)
    with visit.house.database.read() as connection:
        bench = desk.bench(connection, _pen(visit), chart)
        done = rounds.settled(rounds.asked(connection, chart.id))
        names = _names(connection, chart.id) if done else ("", "")
    questions = [_question(bench, item, number) for number, item in enumerate(bench.items, 1)]
    following = next((each.number for each in questions if each.item.settled is None), 0)
    said: dict[str, Any] = {
        "chart": chart,
        "questions": questions,
        "following": following,
        "agreed": [bench.lists.first.of(*key) for key in agreed(bench.lists)],
        "version": len(bench.lists.acts),
        "decision_id": secrets.token_hex(12),
        "done": done,
        "names": names[::-1] if bench.turned else names,
        "problem": problem,
    }
    return render.page(visit, "differences.html", status=status, **said)


def _names(connection: Connection, chart_id: str) -> tuple[str, str]:
    """Of both coders, once it is settled."""
    by = {round: user for user, round in rounds.coders(connection, chart_id).items()}
    shown = {row.id: row.shown for row in connection.execute(select(tables.users.c.id, tables.users.c.shown))}
    return shown.get(by.get(rounds.FIRST, 0), ""), shown.get(by.get(rounds.SECOND, 0), "")


def _question(bench: Bench, item: Item, number: int) -> Question:
    values, codings = bench.sides(item), bench.codings()
    lines = [coding.of(item.system, item.code or value) for coding, value in zip(codings, values, strict=True)]
    display = next((line.display for line in lines if line and item.code), "")
    sides = tuple(_side(bench, item, *each) for each in zip(SIDES, values, lines, strict=True))
    return Question(item, number, display, sides)


def _side(bench: Bench, item: Item, name: str, value: str, line: Line | None) -> Side:
    stands = line is not None and line.state == ACCEPTED
    named = stands and not item.code
    third = bench.lists.third.of(item.system, value)
    return Side(
        name,
        value,
        item.settled == value,
        tuple(quotes(bench.chart, line)) if stands else (),
        line.reason if line and line.state == REJECTED else "",
        line.display if line and named else "",
        bool(named and bench.lists.acts and (third is None or third.state != ACCEPTED) and _asked(bench, value)),
    )


def _asked(bench: Bench, code: str) -> bool:
    """Whether the code stands on one list alone, and was left out."""
    return any(each.what == "code" and each.code == code and each.settled == NO for each in bench.items)
