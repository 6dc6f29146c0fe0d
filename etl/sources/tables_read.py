"""One batch of spooled rows as FHIR tables: cells judged, bad rows set aside, the rest mapped in the persons' order."""

from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa

from contract.work import TALLIED, TALLY, Shard
from etl.mapping.build import build
from etl.mapping.frame import Ints, cells
from etl.mapping.load import Mapping, TableMapping
from etl.mapping.refused import Refused
from etl.sources.tables_batch import Batch
from etl.sources.tables_judge import Judgement, Told, without
from etl.sources.tables_quarantine import Reject, quarantine
from etl.sources.tables_rows import Spool
from schemas.segments import pick

Built = tuple[str, pa.Table, Ints]  # as build() gives it
KEPT = {"subject_id$": "subject_id", "origin_id$": "origin_id", "line$": "source_line", "file$": "source_file"}


def read_batch(spool: Spool, mapping: Mapping, zone: str) -> Shard:
    made: dict[str, list[pa.Table]] = defaultdict(list)
    became: Counter[tuple[str, str]] = Counter()
    rejected = [quarantine([], "").append_column("origin_id", pa.array([], pa.int64()))]
    batch = Batch(spool, mapping, zone)
    for name, table in mapping.tables.items():
        rows, found = batch.rows(name), batch.judged(name)
        if rows is None or found is None:
            continue
        resources_made, found = _made(table, rows, found)
        rejected.append(_rejected(found.told, table, rows))
        used = np.zeros(len(rows), bool)
        for kind, resources, members in resources_made:
            used[members if found.order is None else found.order[members]] = True
            if len(resources):
                made[f"phi/fhir/{kind}"].append(resources)
        became.update(_became(name, rows, found, int(used.sum())))
        batch.release(name)
    became.update({(name, "made"): sum(map(len, parts)) for name, parts in made.items()})
    shard = {name: _joined(parts) for name, parts in made.items()}
    return {**shard, "phi/quarantine": pa.concat_tables(rejected), TALLY: _tally(became)}


def _made(table: TableMapping, rows: pa.Table, found: Judgement) -> tuple[list[Built], Judgement]:
    """Resources of the rows of which all expressions can be computed. Joins find the others all the same."""
    while True:
        refused: Refused = {}
        made = list(build(table.resources, found.frame, _kept(rows, found.order), refused))
        if not refused:
            return made, found
        found = without(found, rows, table, refused)


def _became(name: str, rows: pa.Table, found: Judgement, mapped: int) -> dict[tuple[str, str], int]:
    became = {(name, "rejected"): len(found.told), (name, "resources"): mapped}
    became[name, "nothing"] = len(rows) - len(found.told) - mapped
    return became | {(f"{name}.{join}", "unmatched"): count for join, count in found.alone.items()}


def _tally(became: Counter[tuple[str, str]]) -> pa.Table:
    said = [{"table": table, "became": what, "rows": rows} for (table, what), rows in became.items()]
    return pa.Table.from_pylist(said, TALLIED)


def _rejected(told: list[Told], table: TableMapping, rows: pa.Table) -> pa.Table:
    """phi/quarantine, and whose row it was."""
    rejects = [
        Reject(row.file, row.line, table.raw.name, row.fault.column, row.fault.rule, row.fault.message, row.raw)
        for row in told
    ]
    at = pa.array([row.row for row in told], pa.int64())
    whose = rows.column("origin_id$").take(at) if "origin_id$" in rows.column_names else pa.nulls(len(at), pa.int64())
    return quarantine(rejects, _group(rows)).append_column("origin_id", whose)


def _group(rows: pa.Table) -> str:
    return str(rows.schema.metadata[b"group"].decode())


def _kept(rows: pa.Table, order: Ints | None) -> dict[str, pa.Array]:
    """What goes along with every resource: whose row it was, where it came from, and its place among the persons."""
    kept = {KEPT[name]: cells(rows.column(name)).take(order) for name in KEPT if name in rows.column_names}
    length = len(kept["source_line"])
    kept["source_group"] = pa.repeat(_group(rows), length)
    known = "ordinal$" in rows.column_names
    kept["ordinal$"] = cells(rows.column("ordinal$")).take(order) if known else pa.array(np.zeros(length, np.int64))
    return kept


def _joined(parts: list[pa.Table]) -> pa.Table:
    """Tables of one type made from several raw tables: in the persons' order again."""
    if len(parts) == 1:
        return parts[0].drop_columns("ordinal$")
    rows = pa.concat_tables(parts, promote_options="default")
    order = np.argsort(rows.column("ordinal$").to_numpy(), kind="stable")
    return pick(rows.drop_columns("ordinal$"), order).combine_chunks()
