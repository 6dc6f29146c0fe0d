"""One batch of spooled resources as typed tables, person by person."""

from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import TALLIED, TALLY, Shard
from etl.fhir.attachments import KINDS, attachments, inline
from etl.fhir.binaries import binary_id, fetch
from etl.fhir.links import MARK, relink
from etl.fhir.receive import ABOUT, BINARIES, LINKS, REJECTED
from etl.fhir.spool import batch_name, read_parts
from etl.fhir.tables import OTHER, from_json
from schemas.fhir import resource_types

ORIGIN = ("origin_id", "source_file", "source_line")


def read(folder: Path, batch: int) -> Shard:
    answers = {k.encode(): v.encode() for k, v in orjson.loads((folder / LINKS).read_bytes()).items()}
    group = orjson.loads((folder / ABOUT).read_bytes())["group"]
    shard, rejected, tally = {}, [REJECTED.empty_table()], [TALLIED.empty_table()]
    waiting = _by_table(read_parts(folder / batch_name(batch)))
    for kind in sorted(waiting):
        mine = waiting.pop(kind)  # let go of when it is read: a batch is large
        lines = _relinked(mine.column("line").combine_chunks(), answers)
        if kind in KINDS:
            lines = _with_binaries(kind, lines, folder / BINARIES)
        parsed = from_json(kind, lines)
        lost = parsed.rejected.column("row").unique()
        tally += [_became("resources", mine, parsed.kept), _became("rejected", mine, lost)]
        if len(parsed.rejected):
            rejected.append(_quarantine(parsed.rejected, mine, lines, group))
        if len(parsed.table):
            shard[f"phi/fhir/{kind}"] = _dressed(parsed.table, _taken(mine, parsed.kept), group)
    made = [{"table": name, "became": "made", "rows": len(rows)} for name, rows in shard.items()]
    tally.append(pa.Table.from_pylist(made, TALLIED))
    return {**shard, "phi/quarantine": pa.concat_tables(rejected), TALLY: pa.concat_tables(tally)}


def _became(what: str, rows: pa.Table, picked: pa.Array) -> pa.Table:
    """TALLIED of some of the rows, by their own type."""
    counted = pc.value_counts(_taken(rows, picked).column("kind").cast(pa.string()))
    said = [{"table": each["values"], "became": what, "rows": each["counts"]} for each in counted.to_pylist()]
    return pa.Table.from_pylist(said, TALLIED)


def _by_table(rows: pa.Table) -> dict[str, pa.Table]:
    """Rows by type; types without columns together."""
    kinds = rows.column("kind").combine_chunks()
    known = [kind if kind in resource_types() else OTHER for kind in kinds.dictionary.to_pylist()]
    names = pa.array(known, pa.string()).take(kinds.indices)
    found = names.unique().to_pylist()
    if len(found) == 1:
        return {found[0]: rows}
    return {kind: rows.filter(pc.equal(names, kind)) for kind in found}


def _taken(rows: pa.Table, kept: pa.Array) -> pa.Table:
    return rows if len(kept) == len(rows) else rows.take(kept)


def _relinked(lines: pa.Array, answers: dict[bytes, bytes]) -> pa.Array:
    if not answers:
        return lines
    asking = pc.match_substring(lines, MARK.decode())
    if not pc.any(asking).as_py():
        return lines
    made = [
        relink(line, answers) if ask else line for line, ask in zip(lines.to_pylist(), asking.to_pylist(), strict=True)
    ]
    return pa.array(made, pa.large_binary())


def _with_binaries(kind: str, lines: pa.Array, folder: Path) -> pa.Array:
    pointing = pc.match_substring(lines, "Binary/")
    if not folder.exists() or not pc.any(pointing).as_py():
        return lines
    asked = [
        orjson.loads(line) if ask else None for line, ask in zip(lines.to_pylist(), pointing.to_pylist(), strict=True)
    ]
    ids = {binary_id(a.get("url")) for resource in asked if resource for a in attachments(kind, resource)}
    held = fetch(folder, ids)
    made = [inline(kind, resource, lambda url: held.get(binary_id(url))) if resource else None for resource in asked]
    return pa.array([new or old for new, old in zip(made, lines.to_pylist(), strict=True)], pa.large_binary())


def _dressed(table: pa.Table, rows: pa.Table, group: str) -> pa.Table:
    """With whose it is and where it came from; the order of columns is the declared one."""
    if rows.column("subject_id").null_count < len(rows):
        table = table.add_column(1, "subject_id", rows.column("subject_id"))
    table = table.append_column("source_group", pa.repeat(group, len(table)))
    for name in ORIGIN:
        column = rows.column(name)
        table = table.append_column(name, column.cast(pa.string()) if name == "source_file" else column)
    return table


def _quarantine(rejected: pa.Table, rows: pa.Table, lines: pa.Array, group: str) -> pa.Table:
    picked = rejected.column("row").combine_chunks()
    where = rows.take(picked)
    columns = {
        "source_group": pa.repeat(group, len(where)),
        "file": where.column("source_file").cast(pa.string()),
        "line": where.column("source_line"),
        "target": where.column("kind").cast(pa.string()),
        "column": rejected.column("element"),
        "rule": rejected.column("rule"),
        "message": rejected.column("message"),
        "raw": lines.take(picked).cast(pa.large_string()),
    }
    return pa.table(columns).cast(REJECTED)
