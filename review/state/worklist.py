"""The worklist: charts by priority, filtered and paged, and who has them.

Of 100,000 charts a page costs some milliseconds, for filters and order are read from one index (tables.ORDER).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from review.charts.chart import Side
from review.judging import rounds
from review.roles import Right, may
from review.state import audit, locks
from review.state.tables import STATES, charts, users
from review.state.tables import locks as locked
from review.state.upcoming import DUE
from review.state.users import User

NOBODY = 0  # as Filter.coder: charts that nobody was given
SIZE = 50  # charts of a page


@dataclass(frozen=True)
class Filter:
    """`states`: none: all. `coder`: users.id, or NOBODY. `since`, `until`: days that the stay touches, both included.

    `uncertain`: expected gain at least: how many answers of the coder cannot be foreseen.
    """

    states: tuple[str, ...] = DUE
    ward: str | None = None
    coder: int | None = None
    since: date | None = None
    until: date | None = None
    uncertain: float = 0.0

    def waiting(self) -> tuple[ColumnElement[bool], ...]:
        """As upcoming.next takes it. Second reviews are in nobody's list of what is due, and are among all of it."""
        return (*self.where(), *(() if self.states == DUE else (charts.c.state.in_(self.states),)))

    def where(self) -> Iterator[ColumnElement[bool]]:
        """All but the states."""
        yield charts.c.gone.is_(False)
        if self.ward is not None:
            yield charts.c.ward == self.ward
        if self.coder is not None:
            yield charts.c.assigned.is_(None) if self.coder == NOBODY else charts.c.assigned == self.coder
        if self.since is not None:
            yield func.coalesce(charts.c.discharged, charts.c.admitted) >= datetime.combine(self.since, time())
        if self.until is not None:
            yield charts.c.admitted < datetime.combine(self.until + timedelta(days=1), time())
        if self.uncertain > 0:
            yield charts.c.gain >= self.uncertain


@dataclass(frozen=True, slots=True)
class Listed:
    """One line. Past the gate it has no ward and no times. `holder`: who has it open now."""

    id: str
    state: str
    priority: float
    gain: float
    minutes: float
    setting: str
    suggestions: int
    blind: bool = False
    ward: str = ""
    admitted: datetime | None = None
    discharged: datetime | None = None
    finished: datetime | None = None
    assigned: str = ""
    holder: str = ""


@dataclass(frozen=True)
class Page:
    """`counts`: charts of each state that the other filters let pass."""

    rows: tuple[Listed, ...]
    number: int
    pages: int
    total: int
    counts: Mapping[str, int]


def page(connection: Connection, wanted: Filter, number: int = 1, *, side: Side = "phi", minutes: float = 10.0) -> Page:
    """SIZE charts, highest priority first; a number beyond the last page gives the last. `minutes`: of a lock."""
    found = counts(connection, wanted)
    total = sum(number for state, number in found.items() if state in (wanted.states or STATES))
    pages = max(1, -(-total // SIZE))
    number = min(max(number, 1), pages)
    ids = _ids(connection, wanted, number * SIZE)[(number - 1) * SIZE :]
    return Page(tuple(_lines(connection, ids, side, minutes)), number, pages, total, found)


def counts(connection: Connection, wanted: Filter) -> Mapping[str, int]:
    """Charts of each state, whatever states are wanted."""
    query = select(charts.c.state, func.count().label("charts")).where(*wanted.where()).group_by(charts.c.state)
    return {row.state: row.charts for row in connection.execute(query)}


def _ids(connection: Connection, wanted: Filter, most: int) -> list[str]:
    """State by state: each is a walk along the index, which a question for several at once is not."""
    found: list[tuple[float, str]] = []
    for state in wanted.states or STATES:
        mine = select(charts.c.priority, charts.c.id).where(*wanted.where(), charts.c.state == state)
        ordered = mine.order_by(charts.c.priority.desc(), charts.c.id.desc()).limit(most)
        found += [(row.priority, row.id) for row in connection.execute(ordered)]
    return [key for _, key in sorted(found, reverse=True)[:most]]


def _lines(connection: Connection, ids: list[str], side: Side, minutes: float) -> list[Listed]:
    given, holding = users.alias("given"), users.alias("holding")
    held = and_(locked.c.chart_id == charts.c.id, locked.c.seen > locks.ended(minutes))
    joined = charts.outerjoin(given, given.c.id == charts.c.assigned).outerjoin(locked, held)
    joined = joined.outerjoin(holding, holding.c.id == locked.c.user_id)
    query = select(charts, given.c.shown.label("given"), holding.c.shown.label("holding")).select_from(joined)
    rows = {row.id: row for row in connection.execute(query.where(charts.c.id.in_(ids)))}
    return [_listed(rows[key], side) for key in ids if key in rows]


def _listed(row: Row[Any], side: Side) -> Listed:
    line = Listed(
        row.id, row.state, row.priority, row.gain, row.minutes, row.setting, row.suggestions, row.blind,
        assigned=row.given or "", holder=row.holding or "",
    )  # fmt: skip
    if side == "open":
        return line
    return replace(line, ward=row.ward, admitted=row.admitted, discharged=row.discharged, finished=row.finished)


def wards(connection: Connection) -> list[str]:
    """All that there are: from each the next one is looked up, so the number of charts does not count."""
    first = select(func.min(charts.c.ward).label("ward")).where(charts.c.ward != "").cte("wards", recursive=True)
    following = select(func.min(charts.c.ward)).where(charts.c.ward > first.c.ward).scalar_subquery()
    every = first.union_all(select(following).where(first.c.ward.is_not(None)))
    found = connection.execute(select(every.c.ward).where(every.c.ward.is_not(None))).scalars()
    return sorted(found, key=str.casefold)


def coders(connection: Connection) -> list[tuple[int, str]]:
    """(users.id, as shown) of those who can be given charts."""
    rows = connection.execute(select(users.c.id, users.c.shown, users.c.role).where(users.c.disabled.is_(False)))
    found = [(row.id, row.shown) for row in rows if may(row.role, Right.DECIDE)]
    return sorted(found, key=lambda each: each[1].casefold())


class Unassignable(Exception):
    """Its text is for who asked; nothing was changed."""


def assign(connection: Connection, key: bytes, by: User, chart_id: str, user_id: int | None) -> None:
    """None: to nobody. Inside Database.write(); audited. Of a chart that is coded twice the round that is open."""
    if user_id is not None and user_id not in {each for each, _ in coders(connection)}:
        raise Unassignable("Only people who may decide on codes, and whose account is in use, can be given charts.")
    try:
        given = rounds.give(connection, chart_id, user_id)
    except rounds.Coded as coded:
        raise Unassignable(str(coded)) from None
    if not given:
        row = connection.execute(update(charts).where(charts.c.id == chart_id).values(assigned=user_id))
        if not row.rowcount:
            raise Unassignable("This chart is not on the worklist any more.")
    audit.record(key, connection, by.name, "assigned", chart_id, {"to": user_id})
