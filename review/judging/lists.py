"""The finished lists: written when a list is finished, read by whoever counts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, delete, func, insert, select

from review.charts.chart import Chart
from review.coding.act import Thread
from review.coding.line import ACCEPTED, Coding, Line
from review.state.tables import decisions, finished, listed

UNSEEN = "unseen"
HIDDEN = "hidden"  # a band: the page shows it only to who asks

Key = tuple[str, str]
"""System and code."""


@dataclass(frozen=True)
class Finish:
    """Somebody finished a list. `coding`: as it stands with the act. `blind`: suggestions were hidden from her."""

    user_id: int
    actor: str
    chart: Chart
    thread: Thread
    coding: Coding
    time: datetime
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of a finished list. `offered`: suggested or planted, whether or not she saw it."""

    system: str
    code: str
    state: str  # accepted, rejected, suggested, unseen
    kind: str = "diagnosis"
    offered: bool = False
    planted: bool = False
    band: str = ""
    score: float | None = None
    rank: int = 0
    principal: bool = False
    poa: str = ""

    @property
    def key(self) -> Key:
        return self.system, self.code

    @property
    def chosen(self) -> bool:
        return self.state == ACCEPTED


@dataclass(frozen=True)
class Finished:
    chart_id: str
    thread: str
    digest: str
    user_id: int
    time: datetime
    blind: bool
    seconds: float | None
    entries: tuple[Entry, ...] = ()

    @cached_property
    def chosen(self) -> dict[Key, Entry]:
        """What stands as this coder's codes. Planted ones are no codes of the chart, even where she took them."""
        return {each.key: each for each in self.entries if each.chosen and not each.planted}

    @property
    def planted(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.planted)


def write(connection: Connection, finish: Finish) -> Finished:
    """Instead of what was finished in this thread on the same notes before."""
    key = {"chart_id": finish.chart.id, "thread": finish.thread.name, "digest": finish.chart.digest}
    for table in (listed, finished):
        connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))
    seconds = _seconds(connection, finish.thread)
    entries = tuple(_entries(finish))
    head = {"user_id": finish.user_id, "time": finish.time, "blind": finish.blind, "seconds": seconds}
    connection.execute(insert(finished), {**key, **head})
    if entries:
        connection.execute(insert(listed), [{**key, **_row(each)} for each in entries])
    return Finished(**key, **head, entries=entries)  # type: ignore[arg-type]


def read(connection: Connection, chart_id: str | None = None) -> list[Finished]:
    """All of them, or those of a chart; oldest first."""
    codes: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    wanted = select(listed).order_by(listed.c.chart_id, listed.c.thread, listed.c.rank, listed.c.code)
    heads = select(finished).order_by(finished.c.time, finished.c.chart_id, finished.c.thread)
    if chart_id is not None:
        wanted, heads = wanted.where(listed.c.chart_id == chart_id), heads.where(finished.c.chart_id == chart_id)
    for chart, thread, digest, *rest in connection.execute(wanted):
        codes[chart, thread, digest].append(Entry(*rest))
    return [
        Finished(**row, entries=tuple(codes[row["chart_id"], row["thread"], row["digest"]]))
        for row in connection.execute(heads).mappings()
    ]


def of(connection: Connection, chart_id: str, round: int, digest: str = "") -> Finished | None:
    """That of the notes with this digest, else the last one."""
    every = [each for each in read(connection, chart_id) if each.thread == str(round)]
    return next((each for each in every if each.digest == digest), every[-1] if every else None)


def _entries(finish: Finish) -> Iterator[Entry]:
    offered = {(each.system, each.code): each for each in finish.chart.suggestions if each.band != HIDDEN}
    for line in finish.coding.lines:
        said = offered.pop((line.system, line.code), None)
        band, score = (said.band, said.score) if said else (line.band, line.score)
        yield _entry(line, offered=said is not None or line.planted, band=band, score=score)
    for said in offered.values() if finish.blind else ():
        yield Entry(said.system, said.code, UNSEEN, "", True, said.planted, said.band, said.score)


def _entry(line: Line, *, offered: bool, band: str, score: float | None) -> Entry:
    told = {"rank": line.rank, "principal": line.principal, "poa": line.poa}
    return Entry(line.system, line.code, line.state, line.kind, offered, line.planted, band, score, **told)  # type: ignore[arg-type]


def _row(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__dataclass_fields__}


def _seconds(connection: Connection, thread: Thread) -> float | None:
    """Null where no act of the thread was timed."""
    mine = (decisions.c.chart_id == thread.chart_id, decisions.c.thread == thread.name)
    value = connection.execute(select(func.sum(decisions.c.seconds)).where(*mine)).scalar()
    return None if value is None else float(value)
