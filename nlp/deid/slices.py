"""A shard cut into slices of persons: memory is that of a slice, whatever a batch holds."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from schemas.segments import keep

ROWS = 150_000  # of a slice; a person is never cut
PERSONS = 400  # of a slice: what is known of each of them stays in memory


def slices(shard: Shard) -> Iterator[Shard]:
    """Persons as they stand in the largest table. Shared rows are in each slice, rows that name nobody in the first."""
    own = {name: rows for name, rows in shard.items() if "subject_id" in rows.column_names}
    beside = {name: rows for name, rows in shard.items() if name not in own}
    groups = list(_groups(own))
    if len(groups) < 2:
        yield shard
        return
    for number, subjects in enumerate(groups):
        wanted = pa.array([*subjects, *([None] if not number else [])], pa.int64())
        yield {**beside, **{name: _of(rows, wanted) for name, rows in own.items()}}


def _of(rows: pa.Table, wanted: pa.Array) -> pa.Table:
    return keep(rows, pc.is_in(rows["subject_id"], wanted).to_numpy())


def _groups(own: Shard) -> Iterator[list[int]]:
    counts: dict[int, int] = {}
    for rows in sorted(own.values(), key=len, reverse=True):
        for found in pc.value_counts(rows["subject_id"]).to_pylist():
            if found["values"] is not None:
                counts[found["values"]] = counts.get(found["values"], 0) + found["counts"]
    group: list[int] = []
    held = 0
    for subject, count in counts.items():
        if group and (held + count > ROWS or len(group) >= PERSONS):
            yield group
            group, held = [], 0
        group.append(subject)
        held += count
    if group:
        yield group


def together(parts: Sequence[Shard]) -> Shard:
    """The tables of slices as one; a column that a sparse table lacks in some slices is null there."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: _joined([part[name] for part in parts if name in part]) for name in names}


def _joined(tables: list[pa.Table]) -> pa.Table:
    held = [rows for rows in tables if len(rows)]
    return pa.concat_tables(held, promote_options="default") if held else tables[0]
