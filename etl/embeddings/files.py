"""Files of embeddings as blocks of rows: Parquet, or an array with a study table beside it or columns within it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from etl.embeddings.arrays import Array, arrays, column, lists, reading, vectors_of
from etl.embeddings.rows import BLOCK, ROWS, Block, Refusal, Refused
from etl.embeddings.tables import TEXTS, VECTOR, Columns

ARRAYS, TABLES = (".npy", ".npz"), (".csv", ".parquet")
KEYS = ("patient_id", "study_id", "image_id")


@dataclass(frozen=True)
class Entry:
    """Files that make rows together. `lead` holds the vectors; `tables`: study tables beside an array."""

    lead: Path
    tables: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.lead, *self.tables)

    @property
    def lacks(self) -> bool:
        """True of an array without the table that says whose rows these are, and of such a table without an array."""
        return self.lead.suffix.lower() in (".npy", ".csv") and not self.tables


def entries(files: list[Path]) -> list[Entry]:
    """Files of one stem belong together; a Parquet file without an array beside it holds vectors itself."""
    tables: dict[Path, list[Path]] = {}
    for path in sorted(files):
        if path.suffix.lower() in TABLES:
            tables.setdefault(path.with_suffix(""), []).append(path)
    leads = sorted(path for path in files if path.suffix.lower() in ARRAYS)
    found = [Entry(path, tuple(tables.get(path.with_suffix(""), ()))) for path in leads]
    held = {path.with_suffix("") for path in leads}
    found += [Entry(path) for stem, some in tables.items() if stem not in held for path in some]
    return sorted(found, key=lambda entry: entry.lead)


def blocks(entry: Entry, name: str) -> Iterator[Block | Refusal]:
    """`name`: what the file is called in the accounts."""
    first = 1
    try:
        for rows in _parquet(entry.lead) if entry.lead.suffix.lower() == ".parquet" else _array(entry):
            yield Block(name, first, _whole(rows))
            first += len(rows)
    except Refused as fault:
        yield Refusal(name, fault.rule, first if first > 1 else None, fault.column or None)


def _parquet(path: Path) -> Iterator[pa.Table]:
    file = Columns(path)
    _require((*KEYS, VECTOR), file.names)
    yield from file.blocks(vectors=True)


def _array(entry: Entry) -> Iterator[pa.Table]:
    if len(entry.tables) > 1:
        raise Refused("two-tables")
    found = arrays(entry.lead)
    vectors = vectors_of(found)
    within = {name: column(found[name], vectors.shape[0]) for name in TEXTS if name in found}
    beside = Columns(entry.tables[0]) if entry.tables else None
    _require(KEYS, [*within, *(beside.names if beside else ())])
    if beside and beside.count() != vectors.shape[0]:
        raise Refused("table-length")
    yield from _joined(vectors, pa.table(within), beside)


def _joined(vectors: Array, within: pa.Table, beside: Columns | None) -> Iterator[pa.Table]:
    """Row i of the array, of its columns and of the study table; where both name a column the table counts."""
    sizes = range(0, vectors.shape[0], ROWS)
    said = beside.blocks() if beside else (within.slice(start, ROWS).select([]) for start in sizes)
    start = 0
    with reading(vectors) as rows:
        for some in said:
            count = len(some) if beside else min(ROWS, vectors.shape[0] - start)
            columns = {name: within[name].slice(start, count) for name in within.column_names}
            columns |= {name: some[name] for name in some.column_names}
            yield pa.table({**columns, VECTOR: lists(rows.next(count))})
            start += count


def _require(names: tuple[str, ...], found: list[str]) -> None:
    absent = [name for name in names if name not in found]
    if absent:
        raise Refused("no-column", absent[0])


def _whole(rows: pa.Table) -> pa.Table:
    """With all columns of BLOCK."""
    columns = [rows[each.name] if each.name in rows.column_names else pa.nulls(len(rows), each.type) for each in BLOCK]
    return pa.table(columns, names=BLOCK.names)
