"""One coder at a time on a chart: a lock that ends without a sign of life from her page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from review.state import clock
from review.state.tables import locks, users


@dataclass(frozen=True, slots=True)
class Lock:
    chart_id: str
    user_id: int
    shown: str  # of the user
    taken: datetime
    seen: datetime


class Held(Exception):
    """Somebody else is on the chart. `by`: as others see the person; `since`: UTC."""

    def __init__(self, by: str, since: datetime) -> None:
        super().__init__(f"{by} has had this chart open since {since:%H:%M} UTC")
        self.by, self.since = by, since


def take(connection: Connection, chart_id: str, user_id: int, minutes: float) -> Lock:
    """Also a sign of life of who has it. An ended lock of another is taken over. Raises Held."""
    now = clock.now()
    old = holder(connection, chart_id, minutes)
    if old and old.user_id != user_id:
        raise Held(old.shown, old.taken)
    if old:
        connection.execute(update(locks).where(locks.c.chart_id == chart_id).values(seen=now))
        return Lock(chart_id, user_id, old.shown, old.taken, now)
    connection.execute(delete(locks).where(locks.c.chart_id == chart_id))
    connection.execute(insert(locks).values(chart_id=chart_id, user_id=user_id, taken=now, seen=now))
    shown = connection.execute(select(users.c.shown).where(users.c.id == user_id)).scalar_one()
    return Lock(chart_id, user_id, shown, now, now)


def holder(connection: Connection, chart_id: str, minutes: float) -> Lock | None:
    query = (
        select(locks.c.chart_id, locks.c.user_id, users.c.shown, locks.c.taken, locks.c.seen)
        .join(users)
        .where(locks.c.chart_id == chart_id, locks.c.seen > ended(minutes), users.c.disabled.is_(False))
    )
    row = connection.execute(query).one_or_none()
    return Lock(*row) if row else None


def ended(minutes: float) -> datetime:
    """A lock seen later than this holds."""
    return clock.now() - timedelta(minutes=minutes)


def release(connection: Connection, chart_id: str, user_id: int) -> None:
    """Hers; of another it stays."""
    connection.execute(delete(locks).where(locks.c.chart_id == chart_id, locks.c.user_id == user_id))


def free(connection: Connection, chart_id: str) -> None:
    """Whoever has it: for those who may assign charts."""
    connection.execute(delete(locks).where(locks.c.chart_id == chart_id))
