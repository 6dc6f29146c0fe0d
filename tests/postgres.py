"""The PostgreSQL of tests: a database with all tables, emptied between tests, and others that have none."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bench.postgres import MISSING, QUICK, Postgres, switched_off
from review.settings import Settings
from review.state import migrating
from review.state.database import Database
from review.state.tables import metadata

_numbers = count()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """URL of the database `review`."""
    if switched_off():
        warnings.warn(MISSING, stacklevel=1)
        pytest.skip(MISSING)
    server = Postgres(QUICK)
    url = _made(server.start(), "review")
    try:
        Database.open(Settings(folder / "lake", folder / "inbox", database=url)).close()
        yield url
    finally:
        _connected.cache_clear()
        server.stop()


def another(url: str) -> str:
    return _made(url, f"empty{next(_numbers)}")


def emptied(url: str) -> None:
    """As if new, whatever a test did: triggers are off for a replica."""
    connection = _connected(url)
    for statement in _emptying():
        connection.execute(statement)


@cache
def _emptying() -> list[bytes]:
    tables = [table.name for table in reversed(metadata.sorted_tables)]
    counted = [(table.name, table.autoincrement_column) for table in metadata.sorted_tables]
    sequences = [f"{name}_{column.name}_seq" for name, column in counted if column is not None]
    statements = [
        "SET session_replication_role = replica",
        "; ".join(f"DELETE FROM {name}" for name in tables),
        "; ".join(f"SELECT setval('{name}', 1, false)" for name in sequences),
        f"UPDATE alembic_version SET version_num = '{migrating.known()[-1]}'",
    ]
    return [statement.encode() for statement in statements]


@cache
def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def _made(url: str, name: str) -> str:
    _connected(url).execute(f"CREATE DATABASE {name}".encode())
    before, _, after = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{after}"
