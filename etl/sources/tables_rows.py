"""The rows of one raw table in one batch, of all its files, as they were spooled."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.work import SHARED_BATCH


def spool_name(table: str, batch: int, number: int) -> str:
    return f"{table}~{batch}~{number:06d}.arrow"


def spooled_rows(folder: Path, table: str, batch: int) -> pa.Table | None:
    """In the order of the files; a column that some of the files lack is null there. None: there are no rows."""
    parts = [_rows(path) for path in sorted(folder.glob(f"{table}~{batch}~*.arrow"))]
    if len(parts) > 1:
        kinds = {field.name: field.type for part in parts for field in part.schema}
        mixed = {
            name for name in kinds if len({p.schema.field(name).type for p in parts if name in p.column_names}) > 1
        }
        parts = [_plain(part, mixed) for part in parts]
    return pa.concat_tables(parts, promote_options="default") if parts else None


@dataclass(frozen=True)
class Spool:
    """One batch; rows of the persons in `skip` are left out."""

    folder: Path
    batch: int
    skip: np.ndarray | None = None

    def shared(self, table: str) -> tuple[Path, ...]:
        """Files of a table without person: written once, read by every batch."""
        return tuple(sorted(self.folder.glob(f"{table}~{SHARED_BATCH}~*.arrow")))

    def rows(self, table: str) -> pa.Table | None:
        found = spooled_rows(self.folder, table, self.batch)
        if found is None or self.skip is None or not len(self.skip) or "origin_id$" not in found.column_names:
            return found
        origins = found.column("origin_id$").to_numpy()
        starts = np.flatnonzero(np.concatenate(([True], origins[1:] != origins[:-1]))[: len(origins)])
        wanted = np.repeat(~np.isin(origins[starts], self.skip), np.diff(np.append(starts, len(origins))))
        return compact(found.filter(pa.array(wanted)))

    def whole(self, table: str) -> pa.Table | None:
        """All rows of a raw table without person, such as a code table, whichever batch asks."""
        return spooled_rows(self.folder, table, SHARED_BATCH)


def compact(rows: pa.Table) -> pa.Table:
    """Without the coded values that no row has any more."""
    columns = [
        column.cast(column.type.value_type).dictionary_encode() if pa.types.is_dictionary(column.type) else column
        for column in rows.columns
    ]
    return pa.table(columns, schema=rows.schema)


def _rows(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
        return stream.read_all()


def _plain(rows: pa.Table, mixed: set[str]) -> pa.Table:
    """A column that is coded in one file and not in another, as plain text."""
    fields = [pa.field(f.name, pa.string()) if f.name in mixed else f for f in rows.schema]
    return rows.cast(pa.schema(fields, rows.schema.metadata))
