"""What an auditor reads about agreement, about suggestions and about bias; and the sheets of coders."""

import csv
import io
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from review.judging import agreement, lists, rounds
from review.judging.figure import Figure
from review.judging.grouped import Groups
from review.judging.report import Period, Report, report
from review.judging.sheets import Sheet, sheet
from review.judging.words import words
from review.roles import Right
from review.state import audit, clock, tables
from review.web import drawn, render
from review.web.guard import Visit, needs
from review.web.refusal import Refusal

router = APIRouter()
Auditor = Annotated[Visit, Depends(needs(Right.AUDIT))]
Coder = Annotated[Visit, Depends(needs(Right.DECIDE, Right.PRACTISE))]
COLUMNS = ("section", "part", "figure", "value", "low", "high", "counted", "of", "charts")


@router.get("/agreement")
def shown(visit: Auditor) -> Response:
    found, period = _report(visit), _period(visit)
    with visit.house.database.read() as connection:
        waiting = rounds.waiting(connection, visit.user.id, rounds.SETTLING) if visit.may(Right.JUDGE) else []
    pictures = {
        "reliability": drawn.reliability(found.bins),
        "chapters": drawn.chapters(found.chapters),
        "planted": drawn.planted(found.accepted),
    }
    said: dict[str, Any] = {"report": found, "words": words(), "waiting": waiting, "pictures": pictures}
    return render.page(visit, "agreement.html", period=period, asked=_asked(visit), **said)


@router.get("/agreement/figures.csv")
def figures(visit: Auditor) -> Response:
    """The same figures as a table; nothing of a chart or a person is in it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for section, part, figure in _report(visit).rows():
        writer.writerow([section, part, figure.name, *_numbers(figure), figure.many, figure.of, figure.charts])
    named = f'attachment; filename="agreement-{clock.now():%Y-%m-%d}.csv"'
    kind = "text/csv; charset=utf-8"
    return Response(text.getvalue(), headers={"content-disposition": named, "content-type": kind})


@router.get("/sheets")
def sheets(visit: Auditor) -> Response:
    """In the order of names, never of figures."""
    if not visit.house.settings.sheets:
        raise Refusal(403, "Sheets of coders are off here. Whoever runs chartloom can turn them on: review.sheets.")
    with visit.house.database.write() as connection:
        audit.record(visit.house.database.key, connection, visit.user.name, "sheets seen")
        found = [each for each in lists.read(connection) if _period(visit).holds(each.time)]
        query = select(tables.users.c.id, tables.users.c.shown).order_by(tables.users.c.shown)
        people = {row.id: row.shown for row in connection.execute(query)}
    twice, worked = agreement.pairs(found), {each.user_id for each in found}
    rows = [(name, sheet(user, found, twice)) for user, name in people.items() if user in worked]
    return _sheets(visit, rows, "Sheets of coders")


@router.get("/sheets/me")
def mine(visit: Coder) -> Response:
    """Whatever the settings say: what is kept of her she may see."""
    with visit.house.database.read() as connection:
        found = [each for each in lists.read(connection) if _period(visit).holds(each.time)]
    rows = [(visit.user.shown, sheet(visit.user.id, found, agreement.pairs(found)))]
    return _sheets(visit, rows, "My sheet")


@router.post("/differences/next")
def following(visit: Annotated[Visit, Depends(needs(Right.JUDGE))]) -> Response:
    """The chart that has waited longest to be settled."""
    with visit.house.database.read() as connection:
        waiting = rounds.waiting(connection, visit.user.id, rounds.SETTLING)
    return RedirectResponse(f"/charts/{waiting[0].chart_id}/differences" if waiting else "/agreement", 303)


def _sheets(visit: Visit, rows: list[tuple[str, Sheet]], title: str) -> Response:
    timing = visit.house.settings.timing
    return render.page(visit, "sheets.html", rows=rows, title=title, timing=timing, asked=_asked(visit))


def _report(visit: Visit) -> Report:
    with visit.house.database.read() as connection:
        return report(connection, Groups(visit.house.finder.tables), _period(visit))


def _numbers(figure: Figure) -> list[str]:
    return [f"{each:.4f}" if each == each else "" for each in (figure.value, figure.low, figure.high)]


def _asked(visit: Visit) -> dict[str, str]:
    """What cannot be read is as if it had not been said."""
    query = visit.request.query_params
    return {name: said if _day(said := query.get(name, "")) else "" for name in ("since", "until")}


def _period(visit: Visit) -> Period:
    """Both days included."""
    asked = _asked(visit)
    until = _day(asked["until"])
    return Period(_day(asked["since"]), until + timedelta(days=1) if until else None)


def _day(said: str) -> datetime | None:
    try:
        found = datetime.strptime(said, "%Y-%m-%d")
    except ValueError:
        return None
    return found if found.year < 9999 else None
