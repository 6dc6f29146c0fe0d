"""Tables to Parquet bytes and back: the same rows give the same bytes, so a file's digest is its content's digest."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from contract.table import Table

SMALL = 4096  # rows below which starting zstd for each of a FHIR table's many columns costs more than it saves
STATISTICS = (
    "subject_id",
    "time",
)  # the columns that readers filter by; statistics on nested columns cost more than they give


@dataclass(frozen=True)
class FileStat:
    table: str
    shard: str
    path: str  # below the snapshot: phi/notes/00000012.parquet
    rows: int
    bytes: int
    digest: str


def present(table: Table, rows: pa.Table) -> pa.Table:
    """The rows with the columns that a file of the table holds: all of them, or of a sparse table those with values."""
    if not table.sparse:
        return table.conform(rows)
    kept = [
        column
        for column in table.columns
        if column.required or (column.name in rows.column_names and rows.column(column.name).null_count < len(rows))
    ]
    return Table(table.name, table.about, tuple(kept), table.key).conform(rows)


def encode(table: Table, rows: pa.Table) -> bytes:
    """Without dictionaries: zstd finds the repetitions itself, and files are a tenth smaller and a quarter cheaper."""
    held = present(table, rows)
    if any(column.num_chunks > 1 for column in held.columns):  # pages break where chunks do
        held = held.combine_chunks()
    statistics = [name for name in STATISTICS if name in held.column_names]
    buffer = io.BytesIO()
    pq.write_table(
        held,
        buffer,
        compression="zstd" if len(held) >= SMALL else "lz4",
        row_group_size=max(len(held), 1),
        use_dictionary=False,
        write_statistics=statistics or False,
    )
    return buffer.getvalue()


def make_folder(folder: Path, *, phi: bool) -> None:
    """Every level that is not there yet; where it holds PHI all of them are closed to others."""
    if not folder.exists():
        make_folder(folder.parent, phi=phi)
        folder.mkdir(exist_ok=True, mode=0o700 if phi else 0o755)


def write(table: Table, rows: pa.Table, shard: str, folder: Path) -> FileStat:
    """Write below `folder`, readable by its owner only where the table is PHI.

    Nobody reads the file before its FileStat is handed on, so one that a killed night left half-written does no harm.
    """
    content = encode(table, rows)
    path = table.path(shard)
    make_folder((folder / path).parent, phi=table.phi)
    mode = 0o600 if table.phi else 0o644
    (folder / path).unlink(missing_ok=True)  # never written over: a snapshot may hold a link to it
    with os.fdopen(os.open(folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb", buffering=0) as file:
        file.write(content)
    return FileStat(table.name, shard, path, len(rows), len(content), hashlib.sha256(content).hexdigest())
