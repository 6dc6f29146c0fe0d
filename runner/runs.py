"""The table `runs`: what every published night did, kept in the lake so that nights can be compared by a query."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from runner.account import Manifest, rows_in
from schemas.night import RUNS

Row = dict[str, Any]
Writes = Mapping[str, Sequence[str]]


def lines(manifest: Manifest, writes: Writes) -> pa.Table:
    """Of one night. `writes`: the tables of each step and summary."""
    every = [*_night(manifest), *_times(manifest), *_tables(manifest, writes)]
    rows = [{"run_id": manifest["run_id"], **row} for row in every]
    return ordered(pa.Table.from_pylist(rows, schema=RUNS.schema))


def ordered(rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in RUNS.order])


def _night(manifest: Manifest) -> Iterator[Row]:
    kept = {name: manifest[name] for name in ("seconds", "cpu_seconds", "peak_mb")}
    yield {"step": manifest["pipeline"], "rows_in": rows_in(manifest), **kept}


def _times(manifest: Manifest) -> Iterator[Row]:
    steps = manifest["steps"]
    for name in manifest["parts"].keys() | steps.keys():
        yield {
            "step": name,
            "units_run": steps.get(name, {}).get("units_run"),
            **manifest["parts"].get(name, {"seconds": 0.0, "cpu_seconds": 0.0}),
        }


def _tables(manifest: Manifest, writes: Writes) -> Iterator[Row]:
    held = manifest["tables"]
    for step, table, read in _written(manifest, writes):
        said = held.get(table, {"rows": 0, "digest": None})
        yield {"step": step, "table": table, "rows_in": read, "rows_out": said["rows"], "digest": said["digest"]}


def _written(manifest: Manifest, writes: Writes) -> Iterator[tuple[str, str, int | None]]:
    """(step, table, rows read); what summaries read is not counted."""
    for name, source in manifest["sources"].items():
        for kind, counts in source["resources"].items():
            yield name, kind if kind.startswith("phi/") else f"phi/fhir/{kind}", counts["made"]
    for name, tables in writes.items():
        counted = name in manifest["steps"]
        for table in tables:
            yield name, table, sum(manifest["steps"][name]["rows_in"].values()) if counted else None
