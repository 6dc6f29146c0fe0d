"""Digests of what a snapshot holds: by bytes where a night is run twice, by content where place may differ."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from store.snapshot import Snapshot

PLACE = frozenset({"source_group", "source_file", "source_line", "arrival", "ordinal"})
"""Columns that say where and when a row arrived, not what it says."""
TIMED = frozenset({"runs"})
"""Tables that hold clock times: no two runs agree."""


@dataclass(frozen=True)
class Content:
    """Rows and a sum of row digests: the same rows in any order, in any shard, give the same."""

    rows: int
    digest: str


PARTIALS = "phi/partials/"
"""Parts of summaries, shard by shard: which shard a person lives in is place; the summaries themselves are compared."""


def file_digests(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """(table, shard) -> digest of the file's bytes."""
    return {key: stat.digest for key, stat in snapshot.files.items() if key[0] not in TIMED}


def contents(snapshot: Snapshot, without: Collection[str] = PLACE) -> dict[str, Content]:
    """Content of every table without the columns `without`."""
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("SET enable_progress_bar = false")  # it would write to stdout
        return {
            table: content(con, snapshot.paths(table), without)
            for table in snapshot.tables()
            if table not in TIMED and not table.startswith(PARTIALS)
        }


def content(con: duckdb.DuckDBPyConnection, files: list[Path], without: Collection[str]) -> Content:
    read = "read_parquet($1, union_by_name = true, hive_partitioning = false)"
    named = [str(file) for file in files]
    columns = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {read}", [named]).fetchall()]
    kept = sorted(column for column in columns if column not in without)
    # a column that is absent and one that is null throughout are the same: neither adds anything
    cells = [f"""CASE WHEN "{c}" IS NULL THEN 0::UBIGINT ELSE hash('{c}', "{c}") END""" for c in kept]
    row = f"hash([{', '.join(cells)}].list_filter(lambda h: h <> 0))" if cells else "0::UBIGINT"
    found = con.execute(f"SELECT count(*), coalesce(sum({row}::HUGEINT), 0) FROM {read}", [named]).fetchone()
    rows, total = found or (0, 0)
    return Content(int(rows), f"{int(total):x}")


def differences(one: dict[str, Content], other: dict[str, Content]) -> list[str]:
    """Tables that differ, with their rows: no cell is shown."""
    return [
        f"{table}: {_rows(one.get(table))} and {_rows(other.get(table))} rows"
        for table in sorted(one.keys() | other.keys())
        if one.get(table) != other.get(table)
    ]


def _rows(found: Content | None) -> str:
    return "no" if found is None else str(found.rows)
