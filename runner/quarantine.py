"""What was rejected and why: counts by rule for everyone, rows for those who may see PHI."""

import glob
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from contract.errors import InputError, StoreError
from runner import audit
from runner.failed import kept
from runner.published import published
from runner.query import text
from schemas.night import QUARANTINE
from store.snapshot import Snapshot

SHOWN = 'source, target, rule, file, line, "column", message, raw'


def counts(lake: Path, *, failed: bool = False) -> list[dict[str, Any]]:
    """Rows in quarantine by source, target and rule, most first. `failed`: of the last night that a check stopped."""
    sql = "SELECT source, target, rule, count(*)::BIGINT AS rows FROM held GROUP BY ALL ORDER BY rows DESC, 1, 2, 3"
    counted: list[dict[str, Any]] = _ask(_files(lake, failed), sql).to_pylist()
    return counted


def rows(
    lake: Path, *, rule: str | None = None, source: str | None = None, limit: int = 20, failed: bool = False
) -> pa.Table:
    """The rejected rows themselves: PHI, so the look is audited."""
    files = _files(lake, failed)
    audit.record(lake, "quarantine", f"rule={rule} source={source} failed={failed}")
    wanted = {"rule": rule, "source": source}
    said = {name: value for name, value in wanted.items() if value}
    where = " AND ".join(f"{name} = ${name}" for name in said) or "true"
    sql = f"SELECT {SHOWN} FROM held WHERE {where} ORDER BY source, file, line, rule LIMIT {limit}"
    return _ask(files, sql, said)


def _files(lake: Path, of_failed: bool) -> list[Path]:
    if not of_failed:
        return published(lake).paths(QUARANTINE.name)
    folder = kept(lake)
    if folder is None:
        raise InputError("no night was stopped by a check since the last one was published; leave --failed out.")
    return sorted(folder.iterdir())


def _ask(files: list[Path], sql: str, parameters: dict[str, str] | None = None) -> pa.Table:
    with duckdb.connect() as connection:
        connection.register("none", QUARANTINE.empty())
        found = (
            f" UNION ALL BY NAME FROM read_parquet([{', '.join(text(glob.escape(str(path))) for path in files)}])"
            if files
            else ""
        )
        try:
            connection.execute(f"CREATE VIEW held AS FROM none{found}")
            return connection.sql(sql, params=parameters or {}).to_arrow_table()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise StoreError(
                "a file of phi/quarantine is gone, damaged or not yours to read. Ask as the user who runs nights; "
                "`chartloom query --phi 'select count(*) from phi.quarantine'` names a damaged one."
            ) from error


def quarantined_groups(snapshot: Snapshot | None) -> dict[str, frozenset[str]]:
    """source -> groups of files that have rows in quarantine."""
    found: dict[str, set[str]] = {}
    for shard in snapshot.shards("phi/quarantine") if snapshot else ():
        rows = snapshot.read("phi/quarantine", shard) if snapshot else pa.table({})
        for row in (
            rows.select(["source", "source_group"]).group_by(["source", "source_group"]).aggregate([]).to_pylist()
        ):
            found.setdefault(row["source"], set()).add(row["source_group"])
    return {source: frozenset(groups) for source, groups in found.items()}
