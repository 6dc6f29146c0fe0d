"""A table declared once: name, typed and explained columns, key, order, PHI or not, version."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from contract.errors import InputError


@dataclass(frozen=True)
class Column:
    name: str
    type: pa.DataType
    about: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """`file` is the place below its root, `{shard}` stands for the shard; without it the table is one file.

    A sparse table may lack, on disk and in memory, nullable columns that are null throughout: FHIR types have dozens.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: tuple[str, ...] = ()
    version: int = 1
    file: str = ""
    sparse: bool = False

    @property
    def phi(self) -> bool:
        return self.name.startswith("phi/")

    def path(self, shard: str) -> str:
        """Relative to the root of a snapshot: phi/notes/00000012.parquet, open/notes/..."""
        root, name = ("phi", self.name.removeprefix("phi/")) if self.phi else ("open", self.name)
        return f"{root}/{(self.file or name + '/{shard}.parquet').format(shard=shard)}"

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, c.type, nullable=not c.required) for c in self.columns])

    def empty(self) -> pa.Table:
        return self.schema.empty_table()

    def conform(self, rows: pa.Table) -> pa.Table:
        """The same rows with the declared columns in the declared order; absent nullable columns become null."""
        absent = [c.name for c in self.columns if c.required and c.name not in rows.column_names]
        if absent:
            raise InputError(
                f"table {self.name}: required column(s) {', '.join(absent)} are absent; found "
                f"{', '.join(rows.column_names)}. `chartloom tables {self.name}` shows what each column means."
            )
        arrays = [self._column(rows, column) for column in self.columns]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def _column(self, rows: pa.Table, column: Column) -> pa.ChunkedArray | pa.Array:
        if column.name not in rows.column_names:
            return pa.nulls(len(rows), column.type)
        found = rows.column(column.name)
        if found.type == column.type:
            return found
        try:
            return found.cast(column.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InputError(
                f"table {self.name}, column {column.name}: found {found.type}, expected {column.type}. "
                "Mend the column's type before handing the file in."
            ) from error
