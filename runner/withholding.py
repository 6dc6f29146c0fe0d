"""Rows that a check withholds are taken out of the next snapshot before anyone can see it, and recorded."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Withheld
from runner.rows import Persons
from schemas.gate import NOTES_WITHHELD
from schemas.registry import table, tables
from schemas.segments import keep
from store import parquet
from store.lake import Draft
from store.snapshot import read

MESSAGE = "something known to name a person stands in what would have been released; see the check of the night"


def withhold(
    draft: Draft, rows: Sequence[Withheld], shards: frozenset[str], persons: Persons, files: Path
) -> dict[str, int]:
    """Rows taken out of the shards, by table. With a note go the open rows that speak of it, and its event."""
    taken: Counter[str] = Counter()
    for name, some in _by_table(draft, rows).items():
        for shard in [shard for held, shard in draft.files() if held == name and shard in shards]:
            taken[name] += _take_out(draft, name, shard, some, files)
    _record(draft, rows, persons, files)
    return {name: count for name, count in sorted(taken.items()) if count}


def _by_table(draft: Draft, rows: Sequence[Withheld]) -> dict[str, list[tuple[str, list[Withheld]]]]:
    """table -> (column, rows that go by it)."""
    found: dict[str, dict[str, list[Withheld]]] = defaultdict(lambda: defaultdict(list))
    notes = [row for row in rows if row.table == "notes"]
    for row in rows:
        found[row.table][row.column].append(row)
    for name in {name for name, _ in draft.files() if notes and not name.startswith("phi/")} - {"notes"}:
        column = "text_value" if name == "timeline" else "note_id"
        if name in tables() and column in table(name).schema.names:
            found[name][column] += notes
    return {name: list(columns.items()) for name, columns in found.items()}


def _take_out(draft: Draft, name: str, shard: str, some: Iterable[tuple[str, list[Withheld]]], files: Path) -> int:
    path = draft.path(name, shard)
    rows = read(path) if path else None
    if rows is None:
        return 0
    gone = np.zeros(len(rows), bool)
    for column, withheld in some:
        if column in rows.column_names:
            gone |= _named(rows, column, withheld)
    if gone.any():
        _replace(draft, name, shard, keep(rows, ~gone), files)
    return int(gone.sum())


def _named(rows: pa.Table, column: str, withheld: Sequence[Withheld]) -> np.ndarray:
    """By value and, where it is said, by subject: another person may have an event of the same words."""
    held = rows[column]
    if pa.types.is_nested(held.type):
        return np.zeros(len(rows), bool)
    at = np.flatnonzero(pc.is_in(held, pa.array([row.value for row in withheld], held.type)).to_numpy())
    pairs = {(row.value, row.subject_id) for row in withheld}
    values = held.take(pa.array(at)).to_pylist()
    subjects = (
        rows["subject_id"].take(pa.array(at)).to_pylist() if "subject_id" in rows.column_names else [None] * len(at)
    )
    gone = np.zeros(len(rows), bool)
    gone[[k for k, pair in zip(at, zip(values, subjects, strict=True), strict=True) if pair in pairs]] = True
    return gone


def _replace(draft: Draft, name: str, shard: str, rows: pa.Table, files: Path) -> None:
    draft.drop(name, shard)
    draft.fresh.pop((name, shard), None)
    if len(rows):
        draft.add([parquet.write(table(name), rows, shard, files)])


def _record(draft: Draft, rows: Sequence[Withheld], persons: Persons, files: Path) -> None:
    """Notes join phi/notes_withheld, in the shard of their person."""
    notes = {row.note_id: row for row in rows if row.note_id}
    if not notes:
        return
    said = [
        {"note_id": note, "subject_id": row.phi_subject_id, "rule": row.rule, "message": MESSAGE}
        for note, row in notes.items()
    ]
    fresh = persons.in_order(pa.Table.from_pylist(said, schema=NOTES_WITHHELD.schema))
    for shard, some in persons.split(fresh):
        path = draft.path(NOTES_WITHHELD.name, shard)
        old = read(path) if path else NOTES_WITHHELD.empty()
        old = old.filter(pc.invert(pc.is_in(old["note_id"], some["note_id"].combine_chunks())))
        both = persons.in_order(pa.concat_tables([NOTES_WITHHELD.conform(old), some]))
        _replace(draft, NOTES_WITHHELD.name, shard, both, files)
