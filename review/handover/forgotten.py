"""A person taken out of what the coders' page remembers: their charts, and all that was decided on them.

Lines of the audit stay, with the random name of the chart: once the chart is gone nobody can tell whose it was.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Table, delete, insert, inspect, select, text

from review.charts.refresh import alone
from review.handover import hours, present
from review.settings import Settings
from review.state import audit, clock
from review.state.database import Database
from review.state.tables import charts, decisions, erasures, metadata, outbox

ACTOR, ACT = "chartloom forget", "chart erased"


@contextmanager
def leaving(settings: Settings, subjects: Sequence[int]) -> Iterator[int]:
    """How many charts went. While it lasts nobody hands decisions over, so that inboxes can be purged.

    Where there is no database nothing is done, and nothing is made.
    """
    if not present.there(settings):
        yield 0
        return
    with hours.held(settings.inbox):
        hours.mend(settings.inbox)
        yield erase(settings, subjects)


def erase(settings: Settings, subjects: Sequence[int]) -> int:
    """May be done twice: a page that runs may have brought a chart of a night before back in between."""
    if not present.there(settings):
        return 0
    database = Database.open(settings)
    try:
        with alone(database.folder), database.write() as connection:
            _overwrite(connection)
            gone = _charts(connection, subjects)
            for chart_id in gone:
                _erase(connection, chart_id)
                audit.record(database.key, connection, ACTOR, ACT, chart_id)
        if gone:
            _compact(database)
        return len(gone)
    finally:
        database.close()


def counted(settings: Settings, subjects: Sequence[int]) -> int:
    """What would go; nothing is changed."""
    with present.reading(settings) as connection:
        return len(_charts(connection, subjects)) if connection is not None else 0


def _charts(connection: Connection, subjects: Sequence[int]) -> list[str]:
    found = select(charts.c.id).where(charts.c.subject_id.in_(list(subjects)))
    return list(connection.execute(found.order_by(charts.c.id)).scalars())


def _erase(connection: Connection, chart_id: str) -> None:
    """From every table that names charts; the row in erasures is what lets decisions go."""
    if not connection.execute(select(erasures).where(erasures.c.chart_id == chart_id)).first():
        connection.execute(insert(erasures), {"chart_id": chart_id, "time": clock.now()})
    mine = select(decisions.c.seq).where(decisions.c.chart_id == chart_id)
    connection.execute(delete(outbox).where(outbox.c.seq.in_(mine)))
    for table in _naming(connection):
        connection.execute(delete(table).where(table.c.chart_id == chart_id))
    connection.execute(delete(charts).where(charts.c.id == chart_id))


def _naming(connection: Connection) -> list[Table]:
    kept, there = ("audit", erasures.name), inspect(connection).get_table_names()
    every = [table for table in reversed(metadata.sorted_tables) if "chart_id" in table.c]
    return [table for table in every if table.name not in kept and table.name in there]


def _overwrite(connection: Connection) -> None:
    """SQLite would leave the bytes of deleted rows in the file."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _compact(database: Database) -> None:
    """The file without what older versions of rows left in it, and without what waits beside it."""
    if database.engine.dialect.name != "sqlite":
        return
    with database.turn.taken(), database.engine.connect() as connection:
        try:
            connection.execute(text("VACUUM"))
        finally:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
