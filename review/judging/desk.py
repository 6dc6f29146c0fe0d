"""A chart before somebody who settles it: three lists folded, what differs, and what she settles written down."""

from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from review.charts.chart import Chart
from review.coding import planting
from review.coding.act import Act, Thread
from review.coding.allowed import Ground, billable
from review.coding.folded import folded
from review.coding.line import Coding
from review.coding.refused import Refused
from review.judging import rounds, settling
from review.judging.draw import drawn
from review.judging.items import Item, Lists, items
from review.state import decisions, tables
from review.state.decisions import Pen


@dataclass(frozen=True)
class Bench:
    """`turned`: the second coder's list stands on the left. Which is drawn, so that nobody knows whose list it is."""

    chart: Chart
    lists: Lists
    items: tuple[Item, ...]
    turned: bool

    @property
    def open(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.settled is None)

    def sides(self, item: Item) -> tuple[str, str]:
        """What the left and the right list say."""
        return (item.second, item.first) if self.turned else (item.first, item.second)

    def codings(self) -> tuple[Coding, Coding]:
        return (self.lists.second, self.lists.first) if self.turned else (self.lists.first, self.lists.second)


def bench(connection: Connection, pen: Pen, chart: Chart) -> Bench:
    planted = planting.planted(connection, pen.key, pen.settings, pen.tables, chart)
    acts = [decisions.of(connection, Thread(chart.id, round)) for round in (1, 2, 3)]
    first, second, third = (folded(chart, planted, each, blind=chart.blind) for each in acts)
    lists = Lists(first, second, third, acts[2])
    return Bench(chart, lists, tuple(items(lists)), drawn(pen.key, f"sides/{chart.id}", 0.5))


@dataclass(frozen=True)
class Press:
    """What the page sent: a name drawn by it, and what it had shown."""

    name: str
    version: int
    digest: str = ""


def settle(connection: Connection, pen: Pen, chart: Chart, item: str, value: str, press: Press) -> bool:
    """One question, in one transaction. False where it is none of this chart's. Raises NotRecorded."""
    if _known(connection, press):
        return True
    before, version = _begun(connection, pen, chart, press)
    found = next((each for each in before.items if each.name == item), None)
    if found is None or value not in (found.first, found.second):
        return False
    known = _known_code(pen, before, found)
    acts = settling.settle(found, value, before.lists, chart, known=known)
    _append(connection, pen, chart, settling.numbered(acts, press.name, version, press.digest))
    return True


def finish(connection: Connection, pen: Pen, chart: Chart, press: Press) -> bool:
    """False where something is not settled yet."""
    if _known(connection, press):
        return True
    before, version = _begun(connection, pen, chart, press)
    if before.open:
        return False
    acts = settling.end(before.lists)
    _append(connection, pen, chart, settling.numbered(acts, press.name, version, press.digest))
    return True


def _begun(connection: Connection, pen: Pen, chart: Chart, press: Press) -> tuple[Bench, int]:
    """The first press brings what both agree on. With the version that the next act must be of."""
    before = bench(connection, pen, chart)
    if before.lists.acts or press.version:
        return before, press.version
    acts = settling.begin(before.lists, chart)
    _append(connection, pen, chart, settling.numbered(acts, f"begin/{chart.id}", 0, press.digest))
    return bench(connection, pen, chart), len(acts)


def _append(connection: Connection, pen: Pen, chart: Chart, acts: list[Act]) -> None:
    for act in acts:
        decisions.append(connection, pen, chart, Thread(chart.id, rounds.SETTLING), act)


def _known_code(pen: Pen, bench: Bench, item: Item) -> bool:
    try:
        billable(item.system, item.code, Ground(bench.chart, bench.lists.third, pen.tables))
    except Refused:
        return False
    return True


def _known(connection: Connection, press: Press) -> bool:
    """Sent again, for the answer was lost."""
    same = tables.decisions.c.decision_id == settling.named(press.name, 0)
    return bool(connection.execute(select(exists().where(same))).scalar())
