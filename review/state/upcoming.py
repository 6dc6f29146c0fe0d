"""The chart that comes next for somebody, and how her day goes."""

import builtins
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import ColumnElement, Connection, exists, func, select

from review.judging import rounds
from review.roles import Right, may
from review.state import clock, locks
from review.state.tables import charts, decisions, finished
from review.state.tables import locks as locked
from review.state.users import User

DUE = ("open", "working", "reopened")  # a first coder is wanted
Where = ColumnElement[bool]
MOST = 500  # second reviews that are looked through
CODES = ("accept", "reject", "add", "edit", "remove")
BACKS = {"undo": "undone", "redo": "redone"}  # and what their `after` names


def next(
    connection: Connection, user: User, *, minutes: float = 10.0, after: str = "", among: Sequence[Where] = ()
) -> str | None:
    """charts.id of what to do now; None: nothing. `after`: not that chart again. `minutes`: of a lock. `among`: of
    charts for which that holds.

    First what she has begun, then what she was given, second reviews that are due, then the rest by priority. Where
    the lock is taken in the same Database.write(), two coders never get the same chart.
    """
    if not may(user.role, Right.DECIDE):
        return _to_practise(connection, user, after, among) if may(user.role, Right.PRACTISE) else None
    free = (charts.c.id != after, ~_held(user, minutes), *among)
    begun = exists().where(
        decisions.c.chart_id == charts.c.id, decisions.c.user_id == user.id, decisions.c.practice.is_(False)
    )
    return (
        _best(connection, ("working",), begun, *free)
        or _best(connection, DUE, charts.c.assigned == user.id, *free)
        or _second(connection, user, minutes, (charts.c.id != after, *among))
        or _best(connection, ("open", "reopened"), charts.c.assigned.is_(None), *free)
    )


def soon(connection: Connection, many: int) -> list[str]:
    """charts.id of those that are given out next, whoever asks: nobody has begun them, nobody has them."""
    free = (charts.c.gone.is_(False), charts.c.assigned.is_(None), ~exists().where(locked.c.chart_id == charts.c.id))
    found: list[tuple[float, str]] = []
    for state in ("open", "reopened"):
        query = select(charts.c.priority, charts.c.id).where(charts.c.state == state, *free)
        rows = connection.execute(query.order_by(charts.c.priority.desc(), charts.c.id.desc()).limit(many))
        found += [(row.priority, row.id) for row in rows]
    return [name for _, name in sorted(found, reverse=True)[:many]]


def _held(user: User, minutes: float) -> ColumnElement[bool]:
    """Somebody else has the chart open."""
    others = (locked.c.user_id != user.id, locked.c.seen > locks.ended(minutes))
    return exists().where(locked.c.chart_id == charts.c.id, *others)


def _best(connection: Connection, states: tuple[str, ...], *where: ColumnElement[bool]) -> str | None:
    """State by state, as in the worklist: each is a walk along the index."""
    found = []
    for state in states:
        query = select(charts.c.priority, charts.c.id).where(charts.c.gone.is_(False), charts.c.state == state, *where)
        row = connection.execute(query.order_by(charts.c.priority.desc(), charts.c.id.desc()).limit(1)).first()
        found += [(row.priority, row.id)] if row else []
    return max(found)[1] if found else None


def _second(connection: Connection, user: User, minutes: float, among: Sequence[Where]) -> str | None:
    """Never a chart that she coded first; those that she has taken already come first."""
    query = select(locked.c.chart_id).where(locked.c.user_id != user.id, locked.c.seen > locks.ended(minutes))
    held = set(connection.execute(query).scalars())
    free = [row.chart_id for row in rounds.waiting(connection, user.id) if row.chart_id not in held]
    fits = set(connection.execute(select(charts.c.id).where(charts.c.id.in_(free[:MOST]), *among)).scalars())
    return builtins.next((key for key in free if key in fits), None)


def _to_practise(connection: Connection, user: User, after: str, among: Sequence[Where]) -> str | None:
    """What is coded and she has not finished yet: there is something to compare with; else the rest."""
    thread = f"practice-{user.id}"
    over = exists().where(finished.c.chart_id == charts.c.id, finished.c.thread == thread)
    new = (charts.c.id != after, ~over, charts.c.blind.is_(False), *among)
    return _best(connection, ("done",), *new) or _best(connection, ("open", "reopened"), *new)


@dataclass(frozen=True, slots=True)
class Today:
    """`charts`, `codes`: finished and decided on since midnight. `left`, `minutes`: charts given to her, predicted."""

    charts: int
    codes: int
    left: int
    minutes: float


def today(connection: Connection, user: User) -> Today:
    since = midnight()
    over = select(func.count(finished.c.chart_id.distinct()))
    over = over.where(finished.c.user_id == user.id, finished.c.time >= since)
    given = (charts.c.assigned == user.id, charts.c.state.in_(DUE), charts.c.gone.is_(False))
    left = connection.execute(select(func.count(), func.coalesce(func.sum(charts.c.minutes), 0.0)).where(*given)).one()
    return Today(
        charts=connection.execute(over).scalar_one(),
        codes=_decided(connection, user, since),
        left=left[0],
        minutes=float(left[1]),
    )


def _decided(connection: Connection, user: User, since: datetime) -> int:
    """Codes, each once; not those that were undone, nor what the page took out itself at finish."""
    mine = decisions.c.user_id == user.id, decisions.c.time >= since
    own = decisions.c.action.in_(CODES), ~(decisions.c.planted & (decisions.c.action == "remove"))
    each = decisions.c.chart_id, decisions.c.system, decisions.c.code, decisions.c.decision_id
    acts = connection.execute(select(*each).where(*mine, *own)).all()
    backs = select(decisions.c.action, decisions.c.after).where(*mine, decisions.c.action.in_(BACKS))
    undone: set[str] = set()
    for action, after in connection.execute(backs.order_by(decisions.c.seq)):
        named = str(json.loads(after or "{}").get(BACKS[action]))
        undone = undone | {named} if action == "undo" else undone - {named}
    return len({(act.chart_id, act.system, act.code) for act in acts if act.decision_id not in undone})


def midnight() -> datetime:
    """When the day began where the server stands, as UTC without zone; also on days when clocks are changed."""
    here = clock.now().replace(tzinfo=UTC).astimezone()
    return datetime.combine(here.date(), time()).astimezone(UTC).replace(tzinfo=None)
