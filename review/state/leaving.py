"""What somebody had in hand who decides no more: it goes to whoever asks next. What she decided stays."""

from sqlalchemy import Connection, select, update

from review.state.tables import charts, decisions, rounds


def hand_back(connection: Connection, user_id: int) -> None:
    """Charts that she was given, rounds that she has not finished, and what she was the last to work on."""
    connection.execute(update(charts).where(charts.c.assigned == user_id).values(assigned=None))
    hers = rounds.c.user_id == user_id, rounds.c.finished.is_(None)
    connection.execute(update(rounds).where(*hers).values(user_id=None))
    acts = select(decisions.c.user_id).where(decisions.c.chart_id == charts.c.id, decisions.c.practice.is_(False))
    last = acts.order_by(decisions.c.seq.desc()).limit(1).scalar_subquery()
    connection.execute(update(charts).where(charts.c.state == "working", last == user_id).values(state="open"))
