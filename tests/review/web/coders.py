"""Coders who code charts of the made-up hospital through the log, as the page does."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from review.charts.chart import Span
from review.coding.act import Act, Done, Thread
from review.judging import rounds
from review.state import decisions, locks
from review.state.decisions import Pen
from review.state.tables import charts
from review.state.users import User
from review.web.house import House

CM = "ICD-10-CM"
_names = count()


def chart_of(app: FastAPI, encounter: str) -> str:
    """Its id on the page."""
    with app.state.house.database.read() as connection:
        found = connection.execute(select(charts.c.id).where(charts.c.encounter_id == encounter))
        return str(found.scalar_one())


def state(app: FastAPI, chart_id: str) -> str:
    with app.state.house.database.read() as connection:
        return str(connection.execute(select(charts.c.state).where(charts.c.id == chart_id)).scalar_one())


class Coder:
    """One person on one chart, in the round in which she stands there."""

    def __init__(self, app: FastAPI, user: User, chart_id: str) -> None:
        self.house: House = app.state.house
        self.user, self.chart_id = user, chart_id
        self.chart = self.house.desk.chart(chart_id, "phi")

    @property
    def pen(self) -> Pen:
        return Pen(self.user, self.house.settings, self.house.finder.tables, self.house.database.key)

    def does(self, action: str, code: str = "", *, evidence: tuple[Span, ...] = (), **after: Any) -> Done:
        with self.house.database.write() as connection:
            place = rounds.place(connection, self.chart_id, self.user.id, self.user.role)
            assert not place.reads, place.reads
            if place.thread.round > 1:
                assert rounds.take(connection, self.chart_id, place.thread.round, self.user.id)
            version = len(decisions.of(connection, place.thread))
            act = self._act(action, code, version, evidence, after)
            return decisions.append(connection, self.pen, self.chart, place.thread, act)

    def finishes(self) -> str:
        self.does("finish", leave=True)
        with self.house.database.write() as connection:
            locks.release(connection, self.chart_id, self.user.id)
            return str(connection.execute(select(charts.c.state).where(charts.c.id == self.chart_id)).scalar_one())

    def acts(self, round: int) -> list[Done]:
        with self.house.database.read() as connection:
            return decisions.of(connection, Thread(self.chart_id, round))

    def _act(self, action: str, code: str, version: int, evidence: tuple[Span, ...], after: Mapping[str, Any]) -> Act:
        system = CM if code or action == "order" else ""
        name = f"test-{next(_names)}"
        return Act(name, action, version, system, code, after=after, evidence=evidence, digest=self.chart.digest)
