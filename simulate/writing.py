"""Writes blocks to disk as they come: CSV and Parquet files. Memory stays that of one block."""

from io import BufferedWriter
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from simulate.knowledge import tables

QUOTED = ("notes",)  # the only table whose cells hold commas, quotes and line breaks


class Folder:
    """Open files of one output folder, by name."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.rows: dict[str, int] = {}
        self._csv: dict[str, BufferedWriter] = {}
        self._parquet: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> "Folder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (*self._csv.values(), *self._parquet.values()):
            file.close()

    def csv(self, name: str, table: pa.Table) -> None:
        if name not in self._csv:
            path = self.out / "csv" / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._csv[name] = path.open("wb")
            self._csv[name].write((",".join(tables()[name]) + "\n").encode())
        style = "needed" if name in QUOTED else "none"
        options = arrow_csv.WriteOptions(include_header=False, quoting_style=style)
        arrow_csv.write_csv(in_order(name, table), self._csv[name], options)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def parquet(self, name: str, table: pa.Table) -> None:
        """name: path under the folder, without suffix."""
        if name not in self._parquet:
            path = self.out / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._parquet[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
        self._parquet[name].write_table(table)


def in_order(name: str, table: pa.Table) -> pa.Table:
    """The table's columns in the order of the export; those that are not there are empty."""
    unknown = set(table.column_names) - set(tables()[name])
    assert not unknown, f"{name} has no column {sorted(unknown)}"
    empty = pa.nulls(table.num_rows, pa.string())
    return pa.table({n: table[n] if n in table.column_names else empty for n in tables()[name]})
