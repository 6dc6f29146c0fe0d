"""The database of the coders' page: SQLite in the lake by default, PostgreSQL by one setting."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from contract.errors import InputError, StoreError
from review.settings import Settings
from review.state import head, keys, migrating
from review.state.engines import PATIENCE, engines, named
from review.state.turn import Busy, Turn

WRITERS = 0x63686C6D  # the advisory lock that writers of PostgreSQL share: one after the other, as in SQLite


@dataclass(frozen=True)
class Database:
    """`engine` writes; `reader` sees one state of the database, and cannot write."""

    engine: Engine
    reader: Engine
    key: bytes = field(repr=False)  # of the audit's chain, and of what is drawn: planted suggestions, second reviews
    folder: Path  # Settings.folder: the key, the end of the audit
    turn: Turn = field(repr=False)

    @classmethod
    def open(cls, settings: Settings) -> "Database":
        """Made where it is not there, and brought to the newest version; many processes may do so at once."""
        _lay_out(settings.folder)
        writes, reads = engines(settings)
        turn = Turn(settings.folder if writes.dialect.name == "sqlite" else None)
        database = cls(writes, reads, b"", settings.folder, turn)
        try:
            with _alone(settings.folder):
                return replace(database, key=database._ready())
        except DBAPIError as error:
            raise InputError(_unreachable(database.engine, error)) from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; writers wait for each other. What it wrote is on disk when it ends. Raises Busy."""
        with self.turn.taken(), self.engine.connect() as connection:
            head.forget(connection)
            with self._transaction(connection):
                yield connection
            if noted := head.forget(connection):
                head.keep(self.folder, connection, *noted)

    def close(self) -> None:
        self.engine.dispose()
        self.reader.dispose()
        self.turn.close()

    @contextmanager
    def _transaction(self, connection: Connection) -> Iterator[None]:
        sqlite = self.engine.dialect.name == "sqlite"
        try:
            if sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
        except OperationalError as error:
            raise _busy_or(error) from None
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        if sqlite:
            connection.exec_driver_sql("COMMIT")
        connection.commit()

    def _ready(self) -> bytes:
        """The key, once all tables are there."""
        with self.engine.connect() as connection:
            new = migrating.is_new(connection)
        if not new:
            with self.write() as connection:
                if not migrating.is_new(connection):  # another was quicker
                    migrating.bring_up(connection)
        with self.engine.connect() as connection:
            return keys.load(self.folder, connection)


def _lay_out(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"review: the folder {folder} cannot be used: {error.strerror}. "
            "It belongs to the user who runs the page, and nobody else may look into it."
        ) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of the processes of this machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _busy_or(error: OperationalError) -> Exception:
    said = str(error.orig)
    if "database is locked" in said or "lock timeout" in said:
        return Busy(f"Another program has held the database for {PATIENCE} seconds. Nothing was written; try again.")
    return error


def _unreachable(engine: Engine, error: DBAPIError) -> str:
    said = " ".join(str(error.orig).split())
    if engine.url.password:
        said = said.replace(str(engine.url.password), "***")
    return (
        f"review: the database {named(engine)} cannot be used: {said.rstrip('.?! ')}. "
        "Is the server running, and do user, password and name of the database fit? See review: database."
    )
