"""A chart as one person has it before her: which side, which list of codes, and whether she may act on it."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, exists, select

from review.charts.chart import Chart, Side
from review.charts.faults import Forgotten
from review.coding import planting
from review.coding.act import Done, Thread
from review.coding.folded import folded
from review.coding.judged import judged
from review.coding.line import Coding
from review.judging import rounds
from review.roles import Right
from review.state import decisions, locks
from review.state.tables import charts, users
from review.web.guard import Visit


@dataclass(frozen=True)
class Opened:
    """`why_not`: why nothing can be decided here now; empty: it can. `finished_by`: as others see the person.

    `second`: another coder is asked for, or has been.
    """

    chart: Chart
    thread: Thread
    acts: tuple[Done, ...]
    coding: Coding
    why_not: str = ""
    finished_by: str = ""
    second: bool = False

    @property
    def practice(self) -> bool:
        return self.thread.trainee is not None

    @property
    def read_only(self) -> bool:
        return bool(self.why_not) or self.coding.finished

    def judged(self, visit: Visit) -> "Opened":
        """With what the rules say; outside of any transaction."""
        return replace(self, coding=judged(self.coding, self.chart, visit.house.finder.tables))


def charted(visit: Visit, chart_id: str) -> Chart:
    """Raises a ChartFault where there is none to show."""
    side: Side = "phi" if visit.may(Right.SEE_ORIGINAL) else "open"
    return visit.house.desk.chart(chart_id, side)


def opened(connection: Connection, visit: Visit, chart: Chart, *, take: bool) -> Opened:
    """`take`: the lock as well, where it is free and there is something to decide. Raises Forgotten."""
    house, user = visit.house, visit.user
    if not connection.execute(select(exists().where(charts.c.id == chart.id))).scalar():
        raise Forgotten  # since the chart was read
    place = rounds.place(connection, chart.id, user.id, user.role)
    acts = decisions.of(connection, place.thread)
    false = planting.planted(connection, house.database.key, house.settings, house.finder.tables, chart)
    coding = folded(chart, false, acts, blind=chart.blind)
    why_not = place.reads
    if not why_not and place.thread.trainee is None and not coding.finished and take:
        why_not = _held(connection, visit, place.thread)
    known = place.thread.trainee is None and place.thread.round != rounds.SECOND  # who does not know who was first
    by = _finished_by(connection, chart.id) if coding.finished and known else ""
    second = rounds.SECOND in rounds.asked(connection, chart.id)
    return Opened(chart, place.thread, tuple(acts), coding, why_not, by, second)


def _held(connection: Connection, visit: Visit, thread: Thread) -> str:
    """Who codes a second time does not learn who was first."""
    try:
        locks.take(connection, thread.chart_id, visit.user.id, visit.house.settings.lock_minutes)
    except locks.Held as held:
        by = held.by if thread.round == rounds.FIRST else "Somebody else"
        return f"{by} works on this chart since {held.since:%H:%M} UTC. You can read it; nothing can be changed."
    return ""


def _finished_by(connection: Connection, chart_id: str) -> str:
    query = select(users.c.shown).join(charts, charts.c.finished_by == users.c.id).where(charts.c.id == chart_id)
    return connection.execute(query).scalar() or ""
