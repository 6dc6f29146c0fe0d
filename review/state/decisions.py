"""The log of decisions: an act is appended once, or refused with a sentence; nothing in it is ever changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, func, insert, select, update

from review.charts.chart import Chart, Span, Suggestion
from review.coding import finishing, planting
from review.coding.act import ON_CODES, Act, Done, Thread
from review.coding.allowed import Ground, allowed
from review.coding.effect import Effect, cleaned, effect, recorded
from review.coding.folded import folded
from review.coding.line import Coding
from review.coding.refused import Behind, Changed, Locked, Refused
from review.coding.tables import Tables
from review.judging import after, rounds
from review.judging.lists import Finish
from review.roles import Right, may
from review.settings import Settings
from review.state import clock, locks
from review.state.tables import charts, decisions, outbox
from review.state.users import User

STEP = timedelta(microseconds=1)
PLANTED = ".planted{}"  # behind the number of a finish: what it took out before


@dataclass(frozen=True)
class Pen:
    """Who writes, and by which settings and code tables."""

    user: User
    settings: Settings
    tables: Tables
    key: bytes = field(repr=False)


def append(connection: Connection, pen: Pen, chart: Chart, thread: Thread, act: Act) -> Done:
    """Inside Database.write(). Sent twice it counts once. Raises review.coding.refused.NotRecorded."""
    known = _again(connection, pen, thread, act)
    if known:
        return known
    held = of(connection, thread)
    act = _timely(connection, pen, chart, thread, replace(act, seconds=act.seconds if pen.settings.timing else None))
    if act.version != len(held):
        raise Behind(held[act.version :] if 0 <= act.version < len(held) else [])
    planted = planting.planted(connection, pen.key, pen.settings, pen.tables, chart)
    act = cleaned(act, chart)
    before = folded(chart, planted, held, blind=chart.blind)
    ground = Ground(chart, before, pen.tables)
    allowed(act, ground)
    planting.keep(connection, pen.key, chart, planted, pen.tables)
    page = Page(connection, pen, chart, thread, planted, list(held), before)
    if act.action == "finish":
        return _finish(page, act, ground)
    done = page.write(act, effect(act, ground))
    _working(connection, chart, thread, act.action)
    return done


def known(connection: Connection, user: User, chart_id: str, decision_id: str) -> bool:
    """Whether she has said it before, in whichever round: its answer was lost. Looks for the first row of it."""
    names = decision_id, part(decision_id, 0), decision_id + PLANTED.format(0)
    hers = decisions.c.chart_id == chart_id, decisions.c.user_id == user.id
    return bool(connection.execute(select(exists().where(decisions.c.decision_id.in_(names), *hers))).scalar())


def part(decision_id: str, at: int) -> str:
    """The number of one of several acts that a press of a key asked for."""
    return f"{decision_id[:56]}.{at}"


def of(connection: Connection, thread: Thread) -> list[Done]:
    """Acts of a thread, in their order."""
    mine = decisions.c.chart_id == thread.chart_id, decisions.c.thread == thread.name
    found = connection.execute(select(decisions).where(*mine).order_by(decisions.c.version))
    return [done(row) for row in found.mappings()]


def _again(connection: Connection, pen: Pen, thread: Thread, act: Act) -> Done | None:
    row = connection.execute(select(decisions).where(decisions.c.decision_id == act.decision_id)).mappings().first()
    if row is None:
        return None
    if (row["user_id"], row["chart_id"], row["thread"]) != (pen.user.id, thread.chart_id, thread.name):
        raise Refused("This decision has the number of another one. Reload the page and decide again.")
    return done(row)


def _timely(connection: Connection, pen: Pen, chart: Chart, thread: Thread, act: Act) -> Act:
    """May she act here, and does she see what is there?"""
    right = Right.DECIDE if thread.trainee is None else Right.PRACTISE
    if not may(pen.user.role, right) or thread.trainee not in (None, pen.user.id):
        raise Refused("Your role does not decide on this chart.")
    try:
        if thread.trainee is None:
            locks.take(connection, chart.id, pen.user.id, pen.settings.lock_minutes)
    except locks.Held as held:
        raise Locked(held.by if thread.round == rounds.FIRST else "Another coder", held.since) from None
    if act.digest and act.digest != chart.digest:
        raise Changed
    if act.action == "reopen" and thread.trainee is None and not rounds.may_reopen(connection, chart.id):
        raise Refused("Another coder works on this chart now, so it cannot be reopened.")
    return act


@dataclass
class Page:
    """Where one request writes: the thread with what is in it so far."""

    connection: Connection
    pen: Pen
    chart: Chart
    thread: Thread
    planted: Sequence[Suggestion]
    held: list[Done]
    coding: Coding  # as it stands

    def write(self, act: Act, said: Effect, name: str = "") -> Done:
        """`name`: of a further row that the act brings with it."""
        before, draft = self.coding, self._done(act, said, name)
        self.coding = folded(self.chart, self.planted, [*self.held, draft], blind=self.chart.blind)
        changed = self.coding.of(said.system, str(said.after.get("code") or said.code))
        of_code = said.action in ON_CODES and "disclosed" not in said.after
        new = {**said.after, **(recorded(changed) if of_code else {})}
        old = recorded(before.of(said.system, said.code)) if of_code else {}
        draft = replace(draft, after=new)
        seq = self.connection.execute(insert(decisions).values(self._row(act, said, draft, old))).inserted_primary_key
        assert seq is not None
        draft = replace(draft, seq=seq[0])
        self.held.append(draft)
        if self.thread.trainee is None and (not said.planted or said.action == "edit"):
            self.connection.execute(insert(outbox).values(seq=draft.seq))
        return draft

    def _done(self, act: Act, said: Effect, name: str) -> Done:
        return Done(
            0,
            act.decision_id + name,
            said.action,
            said.system,
            said.code,
            said.after,
            said.evidence,
            "" if name else act.reason,
            self.pen.user.name,
            self._time(),
            self.thread.round,
            said.planted,
        )

    def _time(self) -> datetime:
        """Later than all acts on the chart, whatever the clock says."""
        query = select(func.max(decisions.c.time)).where(decisions.c.chart_id == self.chart.id)
        last = self.connection.execute(query).scalar()
        now = clock.now()
        return max(now, last + STEP) if last else now

    def _row(self, act: Act, said: Effect, draft: Done, before: dict[str, Any]) -> dict[str, Any]:
        return {
            "decision_id": draft.decision_id,
            "chart_id": self.chart.id,
            "user_id": self.pen.user.id,
            "actor": draft.actor,
            "role": self.pen.user.role,
            "round": self.thread.round,
            "thread": self.thread.name,
            "time": draft.time,
            "action": draft.action,
            "system": draft.system or None,
            "code": draft.code or None,
            "before": _json(before),
            "after": _json(draft.after),
            "evidence": _json([_span(span) for span in said.evidence]),
            "seconds": act.seconds if draft.decision_id == act.decision_id else None,
            "reason": draft.reason or None,
            "note_digest": self.chart.digest or None,
            "snapshot": self.chart.snapshot or None,
            "planted": said.planted,
            "practice": self.thread.trainee is not None,
            "version": len(self.held) + 1,
        }


def _finish(page: Page, act: Act, ground: Ground) -> Done:
    """What was planted, order of the claim, then the end; whoever reads the log needs no rules of ours.

    Where the planted code was principal the last of these is wanting: she names another one first.
    """
    finishing.finishable(act, ground)
    coding = ground.coding
    told = [line for line in finishing.disclosed(page.held) if coding.of(line.system, line.code) is None]
    for at, said in enumerate(finishing.disclosures(coding)):
        removed = page.write(act, said, PLANTED.format(at))
        if finishing.headless(coding, ground, true=True):
            return removed
    for at, said in enumerate(finishing.sequences(coding)):
        page.write(act, said, f".order{at}")
    done = page.write(act, finishing.end(coding, bool(act.after.get("leave"))))
    whole = replace(coding, lines=(*coding.lines, *told), version=len(page.held), finished=True)
    pen, thread = page.pen, page.thread
    finish = Finish(pen.user.id, pen.user.name, page.chart, thread, whole, done.time, page.chart.blind)
    after.finished(page.connection, pen.key, pen.settings, finish)
    return done


def _working(connection: Connection, chart: Chart, thread: Thread, action: str) -> None:
    """A second list changes nothing of it, nor does one that is being settled; settled it is worked on as any other."""
    if thread.trainee is not None or thread.round == rounds.SECOND:
        return
    states = ("done", "second", "open", "reopened") if action == "reopen" else ("open", "reopened")
    row = charts.c.id == chart.id, charts.c.state.in_(states)
    ended = {"finished_by": None, "finished": None} if action == "reopen" else {}
    connection.execute(update(charts).where(*row).values(state="working", **ended))


def done(row: RowMapping) -> Done:
    spans = json.loads(row["evidence"] or "[]")
    return Done(
        row["seq"],
        row["decision_id"],
        row["action"],
        row["system"] or "",
        row["code"] or "",
        json.loads(row["after"] or "{}"),
        tuple(Span(**span) for span in spans),
        row["reason"] or "",
        row["actor"],
        row["time"],
        row["round"],
        row["planted"],
    )


def _span(span: Span) -> dict[str, Any]:
    return {
        "note_id": span.note_id,
        "start": span.start,
        "end": span.end,
        "source": span.source,
        "weight": span.weight,
        "quote": span.quote,
    }


def _json(said: Any) -> str | None:
    return json.dumps(said) if said else None
