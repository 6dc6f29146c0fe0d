"""Tables of images, CSV or Parquet, some rows at a time: as study tables beside arrays, and with vectors in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from etl.embeddings.rows import BLOCK, ROWS, WORDS, Refused

TEXTS = (*WORDS, "time")
VECTOR = "embedding"
DAMAGED = (pa.ArrowException, OSError, ValueError)


@dataclass(frozen=True)
class Columns:
    """A file of rows. Every method raises Refused where the file cannot be read."""

    path: Path

    @property
    def is_parquet(self) -> bool:
        return self.path.suffix.lower() == ".parquet"

    @cached_property
    def names(self) -> list[str]:
        try:
            every = pq.read_schema(self.path).names if self.is_parquet else self._csv(None).schema.names
        except DAMAGED as error:
            raise Refused("unreadable") from error
        twice = [name for name in dict.fromkeys(every) if every.count(name) > 1 and name in (*TEXTS, VECTOR)]
        if twice:
            raise Refused("column-twice", twice[0])
        return [name for name in every if name in (*TEXTS, VECTOR)]

    def count(self) -> int:
        try:
            if self.is_parquet:
                return int(pq.read_metadata(self.path).num_rows)
            return sum(len(batch) for batch in self._csv(self.names[:1] or None))
        except DAMAGED as error:
            raise Refused("unreadable") from error

    def blocks(self, vectors: bool = False) -> Iterator[pa.Table]:
        """Columns of BLOCK that the file has, at most ROWS rows at a time."""
        wanted = [name for name in self.names if vectors or name != VECTOR]
        try:
            batches = self._parquet(wanted) if self.is_parquet else iter(self._csv(wanted))
            for batch in batches:
                for start in range(0, len(batch), ROWS):
                    some = batch.slice(start, ROWS)
                    yield pa.table({name: cells(name, some.column(name)) for name in wanted})
        except DAMAGED as error:
            raise Refused("unreadable") from error

    def _parquet(self, wanted: list[str]) -> Iterator[pa.RecordBatch]:
        """A page at a time: one row group may hold the whole file."""
        file = pq.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20)
        yield from file.iter_batches(ROWS, columns=wanted, use_threads=False)

    def _csv(self, wanted: list[str] | None) -> pacsv.CSVStreamingReader:
        """Every cell as its text; a line with more or fewer cells refuses the file, for rows must keep their places."""
        convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys((*TEXTS, VECTOR), pa.string()),
            include_columns=wanted,
            null_values=[""],
            strings_can_be_null=True,
        )
        return pacsv.open_csv(self.path, pacsv.ReadOptions(use_threads=False), convert_options=convert)


def cells(name: str, column: pa.Array) -> pa.Array:
    """A column of a file as BLOCK has it."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_null(kind):
        return pa.nulls(len(column), BLOCK.field(name).type)
    if name == VECTOR:
        return _vectors(column)
    if name == "time" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return column.cast(kind)
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if texts or (name != "time" and pa.types.is_integer(kind)):
        return column.cast(kind).cast(pa.string())
    raise Refused("column-type", name)


def _vectors(column: pa.Array) -> pa.Array:
    kind = column.type
    listed = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if not listed or not pa.types.is_floating(kind.value_type):
        raise Refused("array-type", VECTOR)
    return column.cast(pa.list_(pa.float32()), safe=False)
