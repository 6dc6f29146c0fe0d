"""The engines of the database: one that writes, one that reads. A wrong URL is told without its password."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from contract.errors import ConfigError, InputError
from review.settings import Settings

ROOM = {"pool_size": 10, "max_overflow": 40}  # a server has 40 threads
PATIENCE = 10  # seconds for a lock, a connection
ON_SQLITE = (f"busy_timeout = {PATIENCE * 1000}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
             "recursive_triggers = ON")  # fmt: skip
ON_POSTGRESQL = ("synchronous_commit = on", f"lock_timeout = '{PATIENCE}s'", "statement_timeout = '60s'",
                 "idle_in_transaction_session_timeout = '60s'")  # fmt: skip
KINDS = "sqlite:////folder/review.db or postgresql+psycopg://user@host/database (the password in PGPASSWORD or .pgpass)"


def engines(settings: Settings) -> tuple[Engine, Engine]:
    """(writes, reads): a reader sees one state of the database from its first look on, and cannot write."""
    url = _url(settings)
    if url.get_backend_name() == "sqlite":
        return _of_sqlite(url)
    known = {"connect_timeout": PATIENCE, "application_name": "chartloom review", **url.query}
    engine = create_engine(url, **ROOM, pool_pre_ping=True, pool_recycle=1800, connect_args=known)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine, engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def named(engine: Engine) -> str:
    """As it may be shown."""
    return engine.url.render_as_string(hide_password=True)


def _url(settings: Settings) -> URL:
    try:
        url = make_url(settings.url)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise ConfigError(f"review: database: this is not the URL of a database. Expected {KINDS}") from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise ConfigError(f"review: database: {url.drivername} was found. Expected {KINDS}")
    return url


def _of_sqlite(url: URL) -> tuple[Engine, Engine]:
    _lay_out(str(url.database))
    writes = create_engine(url, **ROOM, isolation_level="AUTOCOMMIT")
    reads = create_engine(url, **ROOM, isolation_level="AUTOCOMMIT")
    event.listen(writes, "connect", _prepare_sqlite)
    event.listen(reads, "connect", _prepare_sqlite)
    event.listen(reads, "connect", _only_reads)
    event.listen(reads, "begin", _begin)
    return writes, reads


def _lay_out(path: str) -> None:
    """The file, before SQLite makes it for all to read; its companions (-wal, -shm) take its permissions over."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        Path(path).chmod(0o600)
    except OSError as error:
        raise InputError(
            f"review: the database {path} cannot be opened: {error.strerror}. "
            "Its folder must exist, and the file belong to the user who runs this."
        ) from None


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    for said in ON_SQLITE:
        connection.execute(f"PRAGMA {said}")


def _only_reads(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _prepare_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    for said in ON_POSTGRESQL:
        connection.execute(f"SET {said}")
    connection.commit()
