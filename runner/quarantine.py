"""What was rejected and why: counts by rule for everyone, rows for those who may see PHI."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from runner import audit
from runner.published import published
from runner.query import files_of, text
from schemas.night import QUARANTINE
from store.snapshot import Snapshot

SHOWN = 'source, target, rule, file, line, "column", message, raw'


def counts(lake: Path) -> list[dict[str, Any]]:
    """Rows in quarantine by source, target and rule, most first."""
    sql = "SELECT source, target, rule, count(*)::BIGINT AS rows FROM held GROUP BY ALL ORDER BY rows DESC, 1, 2, 3"
    counted: list[dict[str, Any]] = _ask(published(lake), sql).to_pylist()
    return counted


def rows(lake: Path, *, rule: str | None = None, source: str | None = None, limit: int = 20) -> pa.Table:
    """The rejected rows themselves: PHI, so the look is audited."""
    snapshot = published(lake)
    audit.record(lake, "quarantine", f"rule={rule} source={source}")
    wanted = {"rule": rule, "source": source}
    said = {name: value for name, value in wanted.items() if value}
    where = " AND ".join(f"{name} = ${name}" for name in said) or "true"
    sql = f"SELECT {SHOWN} FROM held WHERE {where} ORDER BY source, file, line, rule LIMIT {limit}"
    return _ask(snapshot, sql, said)


def _ask(snapshot: Snapshot, sql: str, parameters: dict[str, str] | None = None) -> pa.Table:
    with duckdb.connect() as connection:
        connection.register("none", QUARANTINE.empty())
        files = text(files_of(snapshot.folder, QUARANTINE))
        found = f" UNION ALL BY NAME FROM read_parquet({files})" if snapshot.shards(QUARANTINE.name) else ""
        connection.execute(f"CREATE VIEW held AS FROM none{found}")
        return connection.sql(sql, params=parameters or {}).to_arrow_table()
