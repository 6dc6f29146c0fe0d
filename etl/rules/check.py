"""R4 on every row, columnar: rows that break a rule go to quarantine or are counted as warnings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.work import Shard
from etl.rules.facts import messages
from etl.rules.policy import policy
from etl.rules.received import MESSAGES as RECEIVED
from etl.rules.received import received
from etl.rules.references import absent, fragments
from etl.rules.rows import leave_out, pick
from etl.rules.visit import Fault, Mention, Place, faults
from schemas.digests import hashed
from schemas.fhir import resource_types
from schemas.night import QUARANTINE

MESSAGES = {
    "id-format": "an id of 1 to 64 letters, digits, - and . was expected; mend the mapping or the exporting system",
    "required": "FHIR R4 demands this element; map a column to it, or have the source deliver it",
    "one-of": "only one of the types of this element may be filled; have the mapping choose one",
    "date-format": "a date, or a dateTime with seconds and zone, was expected, as 2026-11-20 or 2026-11-20T23:00:00Z; "
    "a day alone is no instant: clock(DAY, '00:00') makes one of it",
    "date-range": "the year lies outside `years` of fhir_mappings/rules.yaml; an unknown date should be left out",
    "binding": "the code is not in the required value set (schemas/bindings.yaml); map the source's word to one of it",
    "reference-target": "it refers to a type that FHIR R4 does not allow here",
    "string-format": "a text must not be empty or blank; leave the element out instead",
    "code-format": "a code has no blanks at its ends, and single ones inside; trim it in the mapping",
    "uri-format": "an address has no blanks, and urn:oid: and urn:uuid: are followed by one; mend the mapping",
    "base64-format": "base64 was expected; encode the data again",
    "number-range": "the number is below the least that the standard allows here, or is none",
    "ele-1": "an element must hold something; leave out empty lists and objects",
    "reference-absent": "what it refers to was not delivered with it",
    "id-repeated": "the id came before in this delivery; the exporting system must give each resource its own",
    **RECEIVED,
}
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
    names = {name: name.removeprefix("phi/fhir/") for name, rows in shard.items() if len(rows)}
    kinds = {name: kind for name, kind in names.items() if kind in resource_types()}
    mentions: dict[str, list[Mention]] = {kind: [] for kind in kinds.values()}
    alone = {kind: list(_alone(kind, shard[name], mentions[kind])) for name, kind in kinds.items()}
    lost = list(absent([said for each in mentions.values() for said in each], shard))
    for name, kind in kinds.items():
        rows = shard[name]
        found = [*alone[kind], *(fault for fault in lost if fault.element.startswith(f"{kind}.")), *_again(kind, rows)]
        found += _received(kind, rows, mentions[kind], found)
        warnings += _warnings(found)
        bad = [fault for fault in found if policy().action(fault.rule, fault.element) == "quarantine"]
        if bad:
            kept[name], reasons = _split(kind, rows, bad)
            rejected.append(reasons)
    return Checked(kept, pa.concat_tables(rejected), tuple(warnings))


def _alone(kind: str, rows: pa.Table, mentions: list[Mention]) -> Iterator[Fault]:
    """Batch by batch; what they refer to is added to `mentions`."""
    start = 0
    for batch in _pieces(rows):
        seen: list[Mention] = []
        for fault in faults(resource_types()[kind], batch, seen):
            yield Fault(fault.rule, fault.element, fault.rows + start)
        mentions += [replace(said, place=_moved(said.place, start)) for said in seen]
        start += len(batch)


def _moved(place: Place, start: int) -> Place:
    return lambda positions: place(positions) + start


def _pieces(rows: pa.Table) -> list[pa.RecordBatch]:
    """Without copying, unless the table is in crumbs."""
    pieces: list[pa.RecordBatch] = rows.to_batches(max_chunksize=BATCH_ROWS)
    return pieces if len(pieces) <= 1 + len(rows) // 10_000 else rows.combine_chunks().to_batches()


def _again(kind: str, rows: pa.Table) -> Iterator[Fault]:
    """Ids that came before. Hashes say where to look: most tables have no such row."""
    hashes = hashed(rows.select(["id"]), "hash(id)")
    ordered = np.sort(hashes)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(twice):
        return
    suspects = np.flatnonzero(pc.is_in(pa.array(hashes), pa.array(twice)))
    again = pd.Series(rows["id"].take(pa.array(suspects)).to_pandas()).duplicated().to_numpy()
    if again.any():
        yield Fault("id-repeated", f"{kind}.id", suspects[again])


def _received(kind: str, rows: pa.Table, mentions: list[Mention], found: list[Fault]) -> Iterator[Fault]:
    if "resource_json" in rows.column_names:
        inward = [np.zeros(0, np.int64), *map(fragments, mentions)]
        yield from received(kind, rows.column("resource_json"), np.unique(np.concatenate(inward)), found)


def _warnings(found: list[Fault]) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for fault in found:
        if policy().action(fault.rule, fault.element) == "warn":
            place = fault.element, fault.rule
            counts[place] = counts.get(place, 0) + _distinct(fault.rows)
    return [(element, rule, rows) for (element, rule), rows in counts.items()]


def _distinct(rows: NDArray[np.int64]) -> int:
    """Rows of one element ascend."""
    return int(np.count_nonzero(np.diff(rows))) + 1


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
    said = MESSAGES.get(first.rule) or messages()[first.rule]
    return f"{first.element}: {said}{also}"
