"""A coder at work on a hospital's lake: acts go into the log as the page writes them, and into the inbox."""

from dataclasses import dataclass, field
from typing import Any

from nlp.icd.catalogue.shelf import Shelf
from review.charts.chart import Chart, Span
from review.charts.desk import Desk
from review.coding.act import Act, Thread
from review.coding.folded import folded
from review.coding.line import Coding
from review.coding.tables import Tables
from review.handover.inbox import Inbox
from review.settings import Settings
from review.state import decisions, locks, users
from review.state.database import Database
from review.state.decisions import Pen
from review.state.tables import charts
from runner import coders
from runner.config import load
from tests.runner.hospital import Hospital

CM, PCS = "ICD-10-CM", "ICD-10-PCS"


@dataclass
class Page:
    """The coders' page of a hospital."""

    settings: Settings
    database: Database
    desk: Desk
    tables: Tables = field(default_factory=lambda: Tables(Shelf()))

    @classmethod
    def of(cls, hospital: Hospital) -> "Page":
        settings = coders.settings(load(hospital.configure()))
        database = Database.open(settings)
        return cls(settings, database, Desk(settings.lake, database))

    def chart(self, encounter: str) -> Chart:
        if self.desk.stale:
            self.desk.refresh()
        with self.database.read() as connection:
            asked = charts.select().with_only_columns(charts.c.id).where(charts.c.encounter_id == encounter)
            chart_id = connection.execute(asked).scalar_one()
        return self.desk.chart(chart_id, "phi")

    def hand_over(self) -> int:
        return Inbox(self.settings.inbox).hand_over(self.database)


@dataclass
class Coder:
    """`does` takes an action and a code, such as `accept I10`; what `after` says are further words."""

    page: Page
    name: str
    chart: Chart
    round: int = 1
    role: str = "coder"

    @property
    def thread(self) -> Thread:
        return Thread(self.chart.id, self.round)

    def does(self, said: str, *, mark: str = "", reason: str = "", **after: Any) -> str:
        """The decision_id. `mark`: words of the first note."""
        action, _, code = said.partition(" ")
        system = (PCS if len(code) == 7 and "." not in code else CM) if code or "codes" in after else ""
        with self.page.database.write() as connection:
            user = users.named(connection, self.name) or users.add(connection, self.name, self.name, self.role)
            pen = Pen(user, self.page.settings, self.page.tables, self.page.database.key)
            held = decisions.of(connection, self.thread)
            number = f"{self.name}-{self.round}-{len(held)}"
            act = Act(
                number, action, len(held), system, code, after, self._marked(mark), reason, 2.5, self.chart.digest
            )
            done = decisions.append(connection, pen, self.chart, self.thread, act)
            locks.release(connection, self.chart.id, user.id)
        return done.decision_id

    def coding(self) -> Coding:
        with self.page.database.read() as connection:
            return folded(self.chart, (), decisions.of(connection, self.thread), blind=self.chart.blind)

    def _marked(self, words: str) -> tuple[Span, ...]:
        note = self.chart.notes[0]
        at = note.text.index(words)
        return (Span(note.note_id, at, at + len(words), quote=words),) if words else ()
