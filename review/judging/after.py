"""What follows from a finished list: the chart is done, goes to a second coder, or to whoever settles it.

Called by decisions.append in the transaction of the act `finish`; so a chart is never finished and forgotten.
"""

from sqlalchemy import Connection, select, update

from review.judging import lists, rounds
from review.judging.compared import compared
from review.judging.lists import Finish
from review.settings import Settings
from review.state import audit
from review.state.tables import charts
from review.state.tables import rounds as table


def finished(connection: Connection, key: bytes, settings: Settings, finish: Finish) -> str:
    """The state that the chart has now; what a trainee finished changes nothing of it."""
    lists.write(connection, finish)
    thread = finish.thread
    if thread.trainee is not None:
        return ""
    if thread.round == rounds.FIRST:
        state = _first(connection, key, settings, finish)
    elif thread.round == rounds.SECOND:
        state = _second(connection, finish)
    else:
        _close(connection, thread.chart_id, rounds.SETTLING, finish)
        state = "done"
    named = {"finished_by": finish.user_id, "finished": finish.time} if thread.round != rounds.SECOND else {}
    connection.execute(update(charts).where(charts.c.id == thread.chart_id).values(state=state, **named))
    audit.record(key, connection, finish.actor, "finished", thread.chart_id, {"round": thread.round, "state": state})
    return state


def _first(connection: Connection, key: bytes, settings: Settings, finish: Finish) -> str:
    """A chart is coded a second time once; what comes later to it is the work of whoever opens it again."""
    chart_id = finish.thread.chart_id
    known = rounds.asked(connection, chart_id)
    if rounds.SETTLING in known:
        return "done" if known[rounds.SETTLING].finished else "differs"
    if rounds.SECOND in known:
        return _compared(connection, finish) if known[rounds.SECOND].finished else "second"
    if not rounds.wants_second(settings, key, chart_id, blind=finish.blind):
        return "done"
    rounds.ask(connection, chart_id, rounds.SECOND)
    return "second"


def _second(connection: Connection, finish: Finish) -> str:
    """Where the first list has been opened again meanwhile, both are compared once that is finished too."""
    chart_id = finish.thread.chart_id
    _close(connection, chart_id, rounds.SECOND, finish)
    state = str(connection.execute(select(charts.c.state).where(charts.c.id == chart_id)).scalar_one())
    return _compared(connection, finish) if state == "second" else state


def _compared(connection: Connection, finish: Finish) -> str:
    """Lists of other notes differ for good reasons: the first stands."""
    chart_id, digest = finish.thread.chart_id, finish.chart.digest
    first, second = (lists.of(connection, chart_id, round, digest) for round in (rounds.FIRST, rounds.SECOND))
    if first is None or second is None or first.digest != second.digest:
        return "done"
    if compared(first.chosen, second.chosen).same:
        return "done"
    rounds.ask(connection, chart_id, rounds.SETTLING)
    return "differs"


def _close(connection: Connection, chart_id: str, round: int, finish: Finish) -> None:
    mine = (table.c.chart_id == chart_id, table.c.round == round)
    connection.execute(update(table).where(*mine).values(finished=finish.time, user_id=finish.user_id))
