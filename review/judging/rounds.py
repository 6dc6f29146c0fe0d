"""Who codes a chart in which round: first coder, second coder, and who settles what they coded differently."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, exists, insert, or_, select, update

from review.coding.act import Thread
from review.judging.draw import drawn
from review.roles import Right, may
from review.settings import Settings
from review.state import clock
from review.state.tables import charts, decisions, rounds

FIRST, SECOND, SETTLING = 1, 2, 3


@dataclass(frozen=True)
class Asked:
    """A row of `rounds`: somebody is wanted for round 2 or 3, has taken it, or has finished it."""

    round: int
    user_id: int | None
    finished: datetime | None


@dataclass(frozen=True)
class Place:
    """Where a person stands on a chart. `reads`: why she may not act there now; empty: she may."""

    thread: Thread
    reads: str = ""


def place(connection: Connection, chart_id: str, user_id: int, role: str) -> Place:
    """The list that a person sees and adds to. The second coder's never shows anything of the first's."""
    if not may(role, Right.DECIDE):
        return Place(Thread(chart_id, trainee=user_id), "" if may(role, Right.PRACTISE) else "Your role only reads.")
    known = asked(connection, chart_id)
    state = connection.execute(select(charts.c.state).where(charts.c.id == chart_id)).scalar()
    second = known.get(SECOND)
    if second and second.user_id == user_id and (second.finished is None or state == "differs"):
        return Place(
            Thread(chart_id, SECOND), "Your list is finished; an auditor settles it." if second.finished else ""
        )
    if state == "second":
        return _waiting(connection, chart_id, user_id, second)
    if state == "differs":
        return _settling(connection, chart_id, user_id, role)
    return Place(Thread(chart_id, standing(connection, chart_id) or FIRST))


def _waiting(connection: Connection, chart_id: str, user_id: int, second: Asked | None) -> Place:
    """Until somebody has taken it, the first list may be opened again."""
    taken = second is not None and second.user_id is not None
    if user_id in coders(connection, chart_id):
        stands = "Another coder codes this chart a second time; your list stands as it is."
        return Place(Thread(chart_id, FIRST), stands if taken else "")
    return Place(Thread(chart_id, SECOND), "Another coder has taken this chart." if taken else "")


def _settling(connection: Connection, chart_id: str, user_id: int, role: str) -> Place:
    mine = coders(connection, chart_id).get(user_id)
    if mine:
        return Place(Thread(chart_id, mine), "Two coders differ; somebody else settles it.")
    why = "" if may(role, Right.JUDGE) else "Two coders differ; an auditor settles it."
    return Place(Thread(chart_id, SETTLING), why)


def standing(connection: Connection, chart_id: str) -> int | None:
    """The round whose list is the chart's: what is exported and learned. None while two coders are not yet settled."""
    known = asked(connection, chart_id)
    if settled(known):
        return SETTLING
    return None if any(each.finished is None for each in known.values()) else FIRST


def settled(known: dict[int, Asked]) -> bool:
    return SETTLING in known and known[SETTLING].finished is not None


def is_open(connection: Connection, chart_id: str, round: int) -> bool:
    """Somebody is wanted for this round: one person takes it. What is settled is open to all, as a first list is."""
    known = asked(connection, chart_id).get(round)
    return known is not None and known.finished is None


def asked(connection: Connection, chart_id: str) -> dict[int, Asked]:
    rows = connection.execute(
        select(rounds.c.round, rounds.c.user_id, rounds.c.finished).where(rounds.c.chart_id == chart_id)
    )
    return {row.round: Asked(*row) for row in rows}


def coders(connection: Connection, chart_id: str) -> dict[int, int]:
    """Everybody who decided on the chart, with the round: whoever coded it does not judge it."""
    said = select(decisions.c.user_id, decisions.c.round).where(
        decisions.c.chart_id == chart_id, decisions.c.practice.is_(False)
    )
    return {row.user_id: row.round for row in connection.execute(said.order_by(decisions.c.seq.desc()))}


def ask(connection: Connection, chart_id: str, round: int) -> bool:
    """Once a chart and round, False if it was before; the chart waits from when the first list is finished."""
    if round in asked(connection, chart_id):
        return False
    connection.execute(insert(rounds), {"chart_id": chart_id, "round": round, "asked": clock.now()})
    state = connection.execute(select(charts.c.state).where(charts.c.id == chart_id)).scalar()
    if round == SECOND and state == "done":
        connection.execute(update(charts).where(charts.c.id == chart_id).values(state="second"))
    return True


def may_reopen(connection: Connection, chart_id: str) -> bool:
    """Not while a second coder is at work, nor while two lists wait to be settled: the first must stand."""
    known = asked(connection, chart_id)
    return settled(known) or all(each.user_id is None for each in known.values())


def take(connection: Connection, chart_id: str, round: int, user_id: int) -> bool:
    """False where somebody else has it, or where she has coded the chart herself."""
    if user_id in coders(connection, chart_id):
        return (found := asked(connection, chart_id).get(round)) is not None and found.user_id == user_id
    mine = or_(rounds.c.user_id.is_(None), rounds.c.user_id == user_id)
    row = and_(rounds.c.chart_id == chart_id, rounds.c.round == round, rounds.c.finished.is_(None), mine)
    return connection.execute(update(rounds).where(row).values(user_id=user_id)).rowcount == 1


class Coded(Exception):
    """Said to who gives a chart; nothing was changed."""


def give(connection: Connection, chart_id: str, user_id: int | None) -> bool:
    """The open round of a chart that is coded a second time, or settled, to somebody or to nobody: also away from who
    has begun it and does not come back. What she did stays; whoever follows goes on from there. False: no such round.
    Raises Coded.
    """
    open_ = [each.round for each in asked(connection, chart_id).values() if each.finished is None]
    state = connection.execute(select(charts.c.state).where(charts.c.id == chart_id)).scalar()
    if state not in ("second", "differs") or not open_:
        return False
    round = max(open_)
    if user_id is not None and coders(connection, chart_id).get(user_id, round) != round:
        raise Coded("This person has coded the chart before. Give it to somebody else.")
    row = and_(rounds.c.chart_id == chart_id, rounds.c.round == round)
    connection.execute(update(rounds).where(row).values(user_id=user_id))
    return True


def waiting(connection: Connection, user_id: int, round: int = SECOND) -> list[Row[tuple[str, datetime]]]:
    """Charts that she may take in this round, or has taken: hers first, then the oldest."""
    hers = exists().where(
        decisions.c.chart_id == rounds.c.chart_id,
        decisions.c.user_id == user_id,
        decisions.c.round != round,
        decisions.c.practice.is_(False),
    )
    found = (
        select(rounds.c.chart_id, rounds.c.asked)
        .join(charts, charts.c.id == rounds.c.chart_id)
        .where(rounds.c.round == round, rounds.c.finished.is_(None), charts.c.gone.is_(False))
        .where(charts.c.state == {SECOND: "second", SETTLING: "differs"}[round])
        .where(or_(rounds.c.user_id.is_(None), rounds.c.user_id == user_id), ~hers)
        .order_by(rounds.c.user_id.is_(None), rounds.c.asked, rounds.c.chart_id)
    )
    return list(connection.execute(found))


def wants_second(settings: Settings, key: bytes, chart_id: str, *, blind: bool) -> bool:
    share = max(settings.second_review, settings.second_review_blind) if blind else settings.second_review
    return drawn(key, f"second/{chart_id}", share)
