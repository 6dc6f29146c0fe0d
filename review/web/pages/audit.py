"""The audit, for those who may read it: who saw and did what, and whether anything was changed behind its back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from sqlalchemy import ColumnElement, Connection, func, select
from starlette.datastructures import QueryParams
from starlette.responses import Response

from review.roles import Right
from review.state import audit as log
from review.state import tables
from review.web import render
from review.web.guard import Visit, needs

router = APIRouter()
Auditor = Annotated[Visit, Depends(needs(Right.AUDIT))]
ROWS = 100
table = tables.audit


@dataclass(frozen=True)
class Filter:
    """Of lines; an empty field takes all. `until`: that day included."""

    actor: str = ""
    act: str = ""
    chart: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: QueryParams) -> "Filter":
        """What cannot be read is as if it had not been said."""
        text = {name: query.get(name, "").strip()[:64] for name in ("actor", "act", "chart")}
        days = {name: said if _day(said := query.get(name, "")) else "" for name in ("since", "until")}
        return cls(**text, **days, page=render.page_number(query.get("page", "")))

    def conditions(self) -> list[ColumnElement[bool]]:
        said = [table.c[name] == text for name, text in self.texts().items() if text]
        since, until = _day(self.since), _day(self.until)
        if since:
            said.append(table.c.time >= since)
        if until:
            said.append(table.c.time < until + timedelta(days=1))
        return said

    def texts(self) -> dict[str, str]:
        return {"actor": self.actor, "act": self.act, "chart_id": self.chart}

    def turned(self, page: int) -> str:
        """The address of another page of the same lines."""
        kept = {name: value for name, value in vars(self).items() if value and name != "page"}
        return "/audit?" + urlencode({**kept, "page": page})


@router.get("/audit")
def audit(visit: Auditor) -> Response:
    """A look at it has its line too."""
    _looked(visit, "audit read")
    return _page(visit, Filter.of(visit.request.query_params), {})


@router.post("/audit")
def verify(visit: Auditor) -> Response:
    """Reads the whole chain."""
    broken = log.broken(visit.house.database)
    _looked(visit, "audit verified")
    with visit.house.database.read() as connection:
        lines = connection.execute(select(func.max(table.c.seq))).scalar_one() or 0
    return _page(visit, Filter(), {"broken": broken, "lines": lines})


def _looked(visit: Visit, act: str) -> None:
    with visit.house.database.write() as connection:
        log.record(visit.house.database.key, connection, visit.user.name, act)


def _page(visit: Visit, asked: Filter, verified: dict[str, int | None]) -> Response:
    with visit.house.database.read() as connection:
        conditions = asked.conditions()
        count = connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        query = select(table).where(*conditions).order_by(table.c.seq.desc())
        rows = connection.execute(query.limit(ROWS).offset((asked.page - 1) * ROWS)).all()
        said: dict[str, Any] = {
            "rows": rows,
            "count": count,
            "actors": _those(connection, "actor"),
            "acts": _those(connection, "act"),
        }
    pages = max(1, -(-count // ROWS))
    return render.page(visit, "audit.html", asked=asked, pages=pages, verified=verified, **said)


def _those(connection: Connection, name: str) -> list[str]:
    column = table.c[name]
    return list(connection.execute(select(column).distinct().order_by(column)).scalars())


def _day(said: str) -> datetime | None:
    try:
        found = datetime.strptime(said, "%Y-%m-%d")
    except ValueError:
        return None
    return found if found.year < 9999 else None  # the day behind it must be one too
