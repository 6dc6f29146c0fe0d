"""SQL over a snapshot: every table is a view, slashes in its name are dots (fhir/Patient is fhir.Patient)."""

import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from contract.errors import ConfigError, InputError
from contract.table import Table
from runner import audit, similar_sql
from runner.published import published
from schemas.registry import tables
from store.snapshot import Snapshot

ROWS = 10_000  # in one batch of the answer
MAIN = "main"  # the schema of the lake itself
TAKEN = (MAIN, "phi", "fhir", "memory", "temp", "system", "pg_catalog", "information_schema")


@dataclass(frozen=True)
class Scope:
    """What a query may see. `others`: further lakes by name, of each the open root."""

    snapshot: Snapshot
    phi: bool = False
    others: Mapping[str, Snapshot] = field(default_factory=dict)

    @property
    def every(self) -> dict[str, Snapshot]:
        """By the name of the schema in which its tables stand."""
        return {MAIN: self.snapshot, **self.others}

    def roots(self) -> list[Path]:
        own = [self.snapshot.folder / root for root in (("open", "phi") if self.phi else ("open",))]
        return [*own, *(other.folder / "open" for other in self.others.values())]


def query(
    lake: Path, sql: str, *, phi: bool = False, others: Mapping[str, Path] | None = None
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The answer, in batches. Files outside the roots that were asked for cannot be read; PHI is audited first.

    `others`: name -> a further lake; its open tables stand as NAME.embeddings, NAME.fhir.Patient.
    """
    scope = Scope(published(lake), phi, {_named(name): published(other) for name, other in (others or {}).items()})
    if phi:
        audit.record(lake, "query", sql)
    with _teaching(scope, sql):
        connection = _connect(scope, sql)
        answer = connection.sql(sql)
        if answer is None:
            raise InputError("the statement gives no rows; ask with SELECT, FROM, DESCRIBE or SUMMARIZE.")
        reader = answer.to_arrow_reader(ROWS)

    def batches() -> Iterator[pa.RecordBatch]:
        with _teaching(scope, sql):
            yield from reader

    return reader.schema, batches()


def _named(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or name.lower() in TAKEN:
        raise ConfigError(
            f"--and {name}: expected a name of letters, digits and _ that SQL has no use for; not {', '.join(TAKEN)}."
        )
    return name


@contextmanager
def _teaching(scope: Scope, sql: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, pa.ArrowException) as error:
        for snapshot in scope.every.values():
            snapshot.require(*(table.name for table in _asked(sql, scope.phi)))
        raise InputError(f"{error}\n{_hint(sql, scope.phi)}") from error
    except duckdb.Error as error:
        raise InputError(f"{error}\n{_hint(sql, scope.phi)}") from error


def _connect(scope: Scope, sql: str) -> duckdb.DuckDBPyConnection:
    """Views of the tables whose names occur as words in the SQL: opening a table costs a look into all its files."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA fhir")
    for name in (*(("phi",) if scope.phi else ()), *scope.others):
        connection.execute(f'ATTACH \':memory:\' AS "{name}"; CREATE SCHEMA "{name}".fhir')
    for table in _asked(sql, scope.phi):
        connection.register(f"declared {table.name}", table.empty())
        connection.execute(_view(scope.snapshot, table, dotted(table.name)))
        for name, snapshot in scope.others.items() if not table.phi else ():
            connection.execute(_view(snapshot, table, f'"{name}".{dotted(table.name)}'))
    similar_sql.register(connection, sql, scope.every, scope.snapshot if scope.phi else None)
    _confine(connection, scope.roots())
    return connection


def _asked(sql: str, phi: bool) -> list[Table]:
    words = set(re.findall(r"\w+", sql.lower()))
    return [t for name, t in tables().items() if (phi or not t.phi) and name.split("/")[-1].lower() in words]


def _view(snapshot: Snapshot, table: Table, name: str) -> str:
    """Declared columns first, also those that a sparse table's files lack throughout."""
    snapshot.require_there(table.name)
    rows = f'SELECT * FROM "declared {table.name}"'
    if snapshot.shards(table.name):
        files = text(files_of(snapshot.folder, table))
        rows += f" UNION ALL BY NAME SELECT * FROM read_parquet({files}, union_by_name = {table.sparse})"
    return f"CREATE VIEW {name} AS {rows}"


def files_of(folder: Path, table: Table) -> str:
    """The pattern of a table's files; the folder is meant as it is written, whatever signs are in it."""
    return f"{glob.escape(str(folder))}/{table.path('*')}"


def text(said: str) -> str:
    """As SQL writes it."""
    return "'" + said.replace("'", "''") + "'"


def dotted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("/"))


def _confine(connection: duckdb.DuckDBPyConnection, roots: Sequence[Path]) -> None:
    """DuckDB looks at a pattern as it is written, and at the files it finds."""
    spelled = {spelling for root in roots for spelling in (str(root), glob.escape(str(root)))}
    connection.execute(f"SET allowed_directories = [{', '.join(map(text, sorted(spelled)))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _hint(sql: str, phi: bool) -> str:
    if "phi" in sql.lower() and not phi:
        return "Tables of the PHI root need --phi; each such query is written to the audit."
    return (
        "`chartloom tables` lists the tables, `chartloom tables NAME` their columns; slashes in a name are dots in SQL."
    )
