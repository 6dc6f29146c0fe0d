"""First checks of R4 on every row, columnar: rows that break a rule go to quarantine or are counted as warnings."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from etl.rules.policy import policy
from etl.rules.rows import leave_out, pick
from etl.rules.visit import Fault, faults
from schemas.fhir import resource_types
from schemas.night import QUARANTINE

MESSAGES = {
    "id-format": "an id of 1 to 64 letters, digits, - and . was expected; mend the mapping or the exporting system",
    "required": "FHIR R4 demands this element; map a column to it, or have the source deliver it",
    "one-of": "only one of the types of this element may be filled; have the mapping choose one",
    "date-format": "a date, or a dateTime with seconds and zone, was expected, as 2026-11-20 or 2026-11-20T23:00:00Z",
    "date-range": "the year lies outside `years` of fhir_mappings/rules.yaml; an unknown date should be left out",
    "binding": "the code is not in the required value set (schemas/bindings.yaml); map the source's word to one of it",
    "reference-target": "it refers to a type that FHIR R4 does not allow here",
    "reference-absent": "the encounter it refers to was not delivered with it",
}
REFERENCE = r"^.*?([^/]+)(/_history/[^/]+)?$"
BATCH_ROWS = 1 << 20  # more at once gains nothing


@dataclass(frozen=True)
class Checked:
    """`shard` without the rows in `quarantine`; `warnings` are (element, rule, rows), rows that were kept."""

    shard: Shard
    quarantine: pa.Table
    warnings: tuple[tuple[str, str, int], ...]


def check(shard: Shard) -> Checked:
    """Every FHIR row of the shard against R4 and fhir_mappings/rules.yaml; tables of other kinds pass as they are."""
    kept, rejected, warnings = dict(shard), [QUARANTINE.empty()], []
    for name, rows in shard.items():
        kind = name.removeprefix("phi/fhir/")
        if kind not in resource_types() or not len(rows):
            continue
        found = list(_found(kind, rows, shard))
        warnings += _warnings(found)
        bad = [fault for fault in found if policy().action(fault.rule, fault.element) == "quarantine"]
        if bad:
            kept[name], reasons = _split(kind, rows, bad)
            rejected.append(reasons)
    return Checked(kept, pa.concat_tables(rejected), tuple(warnings))


def _found(kind: str, rows: pa.Table, shard: Shard) -> Iterator[Fault]:
    start = 0
    for batch in _pieces(rows):
        for fault in faults(resource_types()[kind], batch):
            yield Fault(fault.rule, fault.element, fault.rows + start)
        start += len(batch)
    yield from _homeless(kind, rows, shard.get("phi/fhir/Encounter"))


def _pieces(rows: pa.Table) -> list[pa.RecordBatch]:
    """Without copying, unless the table is in crumbs."""
    pieces: list[pa.RecordBatch] = rows.to_batches(max_chunksize=BATCH_ROWS)
    return pieces if len(pieces) <= 1 + len(rows) // 10_000 else rows.combine_chunks().to_batches()


def _homeless(kind: str, rows: pa.Table, encounters: pa.Table | None) -> Iterator[Fault]:
    """Rows whose encounter is not among those delivered; not looked for where none were."""
    if encounters is None or "encounter" not in rows.column_names:
        return
    names = pc.struct_field(rows.column("encounter"), "reference")
    distinct = pc.drop_null(pc.unique(names))
    ids = encounters.column("id").combine_chunks()
    usual = pc.binary_join_element_wise("Encounter", ids, "/")  # other forms are rare: only they are taken apart
    others = distinct.filter(pc.invert(pc.is_in(distinct, usual)))
    absent = others.filter(pc.invert(pc.is_in(pc.replace_substring_regex(others, REFERENCE, r"\1"), ids)))
    if len(absent):
        yield Fault("reference-absent", f"{kind}.encounter", np.flatnonzero(pc.is_in(names, absent)))


def _warnings(found: list[Fault]) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for fault in found:
        if policy().action(fault.rule, fault.element) == "warn":
            place = fault.element, fault.rule
            counts[place] = counts.get(place, 0) + len(np.unique(fault.rows))
    return [(element, rule, rows) for (element, rule), rows in counts.items()]


def _split(kind: str, rows: pa.Table, bad: list[Fault]) -> tuple[pa.Table, pa.Table]:
    """Good rows, and one row of quarantine for each bad one: its first fault leads, the others are named after it."""
    said: dict[int, list[Fault]] = {}
    for fault in bad:
        for row in dict.fromkeys(fault.rows.tolist()):
            said.setdefault(row, []).append(fault)
    numbers = sorted(said)
    return leave_out(rows, numbers), _quarantined(kind, pick(rows, numbers), [said[n] for n in numbers])


def _quarantined(kind: str, rows: pa.Table, reasons: list[list[Fault]]) -> pa.Table:
    def column(name: str) -> pa.ChunkedArray | pa.Array:
        return rows.column(name) if name in rows.column_names else pa.nulls(len(rows))

    columns = {
        "source": pc.fill_null(column("source").cast(pa.string()), ""),
        "source_group": column("source_group"),
        "file": column("source_file"),
        "line": column("source_line"),
        "target": pa.repeat(pa.scalar(kind), len(rows)),
        "column": pa.array([first.element for first, *_ in reasons]),
        "rule": pa.array([first.rule for first, *_ in reasons]),
        "message": pa.array(map(_message, reasons), pa.string()),
        "raw": column("resource_json"),
    }
    return QUARANTINE.conform(pa.table(columns))


def _message(reasons: list[Fault]) -> str:
    first, *more = reasons
    also = "; also " + ", ".join(f"{fault.rule} ({fault.element})" for fault in more) if more else ""
    return f"{first.element}: {MESSAGES[first.rule]}{also}"
