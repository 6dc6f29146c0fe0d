"""What waits to be handed over: decisions whose lines are not yet on disk, in the order they were made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, exists, func, or_, select

from review.state.database import Database
from review.state.tables import charts, decisions, outbox, rounds

BATCH = 500
FINISH = "finish"


@dataclass(frozen=True)
class Waiting:
    """In numbers, without PHI. `oldest`: of what waits. `last`: of what is in the inbox. Times are UTC.

    `stuck`: older than what is in the inbox already; their lines were refused, and the log names them.
    """

    decisions: int = 0
    oldest: datetime | None = None
    last: datetime | None = None
    stuck: int = 0

    def said(self) -> dict[str, object]:
        times = {"oldest": self.oldest, "last": self.last}
        told = {name: time.isoformat(timespec="seconds") + "Z" if time else None for name, time in times.items()}
        return {"decisions": self.decisions, **told, "stuck": self.stuck}


def waiting(database: Database) -> Waiting:
    with database.read() as connection:
        return counted(connection)


def counted(connection: Connection) -> Waiting:
    many, oldest = connection.execute(_joined(func.count(), func.min(decisions.c.time))).one()
    done = select(decisions.c.seq, decisions.c.time).where(~_kept_back(), decisions.c.seq.not_in(select(outbox.c.seq)))
    last = connection.execute(done.order_by(decisions.c.seq.desc()).limit(1)).one_or_none()
    stuck = connection.execute(_joined(func.count()).where(outbox.c.seq < (last.seq if last else 0))).scalar_one()
    return Waiting(many, oldest, last.time if last else None, stuck)


def any_rows(connection: Connection) -> bool:
    return connection.execute(select(outbox.c.seq).limit(1)).first() is not None


def batch(connection: Connection, above: int) -> list[dict[str, Any]]:
    """The next decisions with a seq above, with the person and encounter of their charts.

    `waits`: a list was finished, and somebody else has yet to code the chart, or to settle it.
    """
    of = charts.c.subject_id, charts.c.encounter_id
    joined = outbox.join(decisions, outbox.c.seq == decisions.c.seq).outerjoin(
        charts, decisions.c.chart_id == charts.c.id
    )
    wanted = select(decisions, *of).select_from(joined).where(outbox.c.seq > above, ~_kept_back())
    rows = connection.execute(wanted.order_by(outbox.c.seq).limit(BATCH)).mappings().all()
    asked = _asked(connection, {row["chart_id"] for row in rows if row["action"] == FINISH})
    return [{**row, "waits": row["action"] == FINISH and _waits(row, asked)} for row in rows]


def _asked(connection: Connection, chart_ids: Iterable[str]) -> dict[tuple[str, int], RowMapping]:
    found = connection.execute(select(rounds).where(rounds.c.chart_id.in_(list(chart_ids)))).mappings()
    return {(row["chart_id"], row["round"]): row for row in found}


def _waits(row: RowMapping, asked: Mapping[tuple[str, int], RowMapping]) -> bool:
    """Another round was asked for, and was not done when this list was finished."""
    after = asked.get((row["chart_id"], row["round"] + 1))
    return after is not None and (after["finished"] is None or after["finished"] > row["time"])


def taken(connection: Connection, seqs: Iterable[int]) -> None:
    connection.execute(delete(outbox).where(outbox.c.seq.in_(list(seqs))))


def any_kept_back(connection: Connection) -> bool:
    return connection.execute(select(outbox.c.seq).where(_never()).limit(1)).first() is not None


def clear(connection: Connection) -> None:
    """Of what never leaves nothing waits."""
    connection.execute(delete(outbox).where(_never()))


def _never() -> ColumnElement[bool]:
    return exists().where(decisions.c.seq == outbox.c.seq, _kept_back())


def _kept_back() -> ColumnElement[bool]:
    """Practice, and answers to planted suggestions; a planted code that was edited to another is a decision."""
    return or_(decisions.c.practice, decisions.c.planted & (decisions.c.action != "edit"))


def _joined(*columns: Any) -> Select[Any]:
    found: Select[Any] = select(*columns).select_from(outbox.join(decisions, outbox.c.seq == decisions.c.seq))
    return found.where(~_kept_back())
