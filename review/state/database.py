"""The database of the coders' page: SQLite in the lake by default, PostgreSQL by one setting."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import ConnectionPoolEntry

from review.settings import Settings
from review.state.tables import metadata

WRITERS = 0x63686C6D  # the advisory lock that writers of PostgreSQL share: one after the other, as in SQLite


@dataclass(frozen=True)
class Database:
    engine: Engine
    key: bytes  # of the audit's chain, and of what is drawn: planted suggestions, second reviews
    folder: Path = Path()  # lake/phi-review: the key, the end of the audit

    @classmethod
    def open(cls, settings: Settings) -> "Database":
        """Made where it is not there, and brought to the newest version."""
        settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = create_engine(settings.url, pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare)
        metadata.create_all(engine)
        return cls(engine, b"\0" * 32, settings.folder)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; writers wait for each other. What it wrote is on disk when it ends."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")
                return
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
                yield connection


def _prepare(connection, _entry: ConnectionPoolEntry) -> None:  # type: ignore[no-untyped-def]
    for said in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
        connection.execute(f"PRAGMA {said}")
