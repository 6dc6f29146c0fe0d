"""SQL over a snapshot: every table is a view, slashes in its name are dots (fhir/Patient is fhir.Patient)."""

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from contract.errors import InputError
from contract.table import Table
from runner import audit
from runner.published import published
from schemas.registry import tables
from store.snapshot import Snapshot

ROWS = 10_000  # in one batch of the answer


def query(lake: Path, sql: str, *, phi: bool = False) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The answer, in batches. Files outside the roots that were asked for cannot be read; PHI is audited first."""
    snapshot = published(lake)
    if phi:
        audit.record(lake, "query", sql)
    with _teaching(snapshot, sql, phi):
        connection = _connect(snapshot, sql, phi)
        answer = connection.sql(sql)
        if answer is None:
            raise InputError("the statement gives no rows; ask with SELECT, FROM, DESCRIBE or SUMMARIZE.")
        reader = answer.to_arrow_reader(ROWS)

    def batches() -> Iterator[pa.RecordBatch]:
        with _teaching(snapshot, sql, phi):
            yield from reader

    return reader.schema, batches()


@contextmanager
def _teaching(snapshot: Snapshot, sql: str, phi: bool) -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, pa.ArrowException) as error:
        snapshot.require(*(table.name for table in _asked(sql, phi)))
        raise InputError(f"{error}\n{_hint(sql, phi)}") from error
    except duckdb.Error as error:
        raise InputError(f"{error}\n{_hint(sql, phi)}") from error


def _connect(snapshot: Snapshot, sql: str, phi: bool) -> duckdb.DuckDBPyConnection:
    """Views of the tables whose names occur as words in the SQL: opening a table costs a look into all its files."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA fhir")
    if phi:
        connection.execute("ATTACH ':memory:' AS phi; CREATE SCHEMA phi.fhir")
    for table in _asked(sql, phi):
        snapshot.require_there(table.name)
        connection.execute(_view(connection, snapshot, table))
    _confine(connection, snapshot.folder, phi)
    return connection


def _asked(sql: str, phi: bool) -> list[Table]:
    words = set(re.findall(r"\w+", sql.lower()))
    return [t for name, t in tables().items() if (phi or not t.phi) and name.split("/")[-1].lower() in words]


def _view(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, table: Table) -> str:
    """Declared columns first, also those that a sparse table's files lack throughout."""
    declared = f"declared {table.name}"
    connection.register(declared, table.empty())
    rows = f'SELECT * FROM "{declared}"'
    if snapshot.shards(table.name):
        files = text(files_of(snapshot.folder, table))
        rows += f" UNION ALL BY NAME SELECT * FROM read_parquet({files}, union_by_name = {table.sparse})"
    return f"CREATE VIEW {dotted(table.name)} AS {rows}"


def files_of(folder: Path, table: Table) -> str:
    """The pattern of a table's files; the folder is meant as it is written, whatever signs are in it."""
    return f"{glob.escape(str(folder))}/{table.path('*')}"


def text(said: str) -> str:
    """As SQL writes it."""
    return "'" + said.replace("'", "''") + "'"


def dotted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("/"))


def _confine(connection: duckdb.DuckDBPyConnection, folder: Path, phi: bool) -> None:
    """DuckDB looks at a pattern as it is written, and at the files it finds."""
    spelled = {str(folder), glob.escape(str(folder))}
    roots = ", ".join(text(f"{where}/{root}") for where in spelled for root in (("open", "phi") if phi else ("open",)))
    connection.execute(f"SET allowed_directories = [{roots}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _hint(sql: str, phi: bool) -> str:
    if "phi" in sql.lower() and not phi:
        return "Tables of the PHI root need --phi; each such query is written to the audit."
    return (
        "`chartloom tables` lists the tables, `chartloom tables NAME` their columns; slashes in a name are dots in SQL."
    )
