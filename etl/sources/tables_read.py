"""One batch of spooled rows as FHIR tables: cells judged, bad rows set aside, the rest mapped in the persons' order."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.work import Shard
from etl.mapping.build import build
from etl.mapping.load import Mapping, TableMapping
from etl.sources.tables_judge import judged
from etl.sources.tables_quarantine import Reject, quarantine

KEPT = {"subject_id$": "subject_id", "origin_id$": "origin_id", "line$": "source_line"}


def read_batch(folder: Path, batch: int, mapping: Mapping, zone: str) -> Shard:
    made: dict[str, list[pa.Table]] = defaultdict(list)
    rejected = []
    for name, table in mapping.tables.items():
        for path in sorted(folder.glob(f"{name}~*~{batch}.arrow")):
            tables, bad = _read_file(path, table, mapping, zone)
            rejected.append(bad)
            for kind, rows in (each for each in tables if len(each[1])):
                made[f"phi/fhir/{kind}"].append(rows)
    shard = {name: _joined(parts) for name, parts in made.items() if parts}
    return {**shard, "phi/quarantine": pa.concat_tables(rejected) if rejected else quarantine([], "")}


def _read_file(
    path: Path, table: TableMapping, mapping: Mapping, zone: str
) -> tuple[list[tuple[str, pa.Table]], pa.Table]:
    with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
        rows = stream.read_all()
    group, source = (rows.schema.metadata[key].decode() for key in (b"group", b"file"))
    frame, order, rejects = judged(rows, table, mapping.years, zone)
    name = table.raw.name
    told = [
        Reject(source, row.line, name, row.fault.column, row.fault.rule, row.fault.message, row.raw) for row in rejects
    ]
    kept = {KEPT[n]: rows.column(n).combine_chunks() for n in KEPT if n in rows.column_names}
    if order is not None:
        kept = {name: array.take(pa.array(order)) for name, array in kept.items()}
    kept["source_group"] = pa.repeat(group, frame.length)
    kept["source_file"] = pa.repeat(source, frame.length)
    ordinal = rows.column("ordinal$").to_numpy() if "ordinal$" in rows.column_names else np.zeros(len(rows), np.int64)
    kept["ordinal$"] = pa.array(ordinal if order is None else ordinal[order])
    return list(build(table.resources, frame, kept)), quarantine(told, group)


def _joined(parts: list[pa.Table]) -> pa.Table:
    """Tables of one type made from several files: in the persons' order again."""
    if len(parts) == 1:
        return parts[0].drop_columns("ordinal$")
    rows = pa.concat_tables(parts, promote_options="default")
    order = np.argsort(rows.column("ordinal$").to_numpy(), kind="stable")
    return rows.take(pa.array(order)).drop_columns("ordinal$")
