"""Parquet files: one raw table each, every cell as the text that a delimited export would show."""

import io
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import InputError
from etl.csv.reader import CODED, FEW, Piece, worth
from etl.csv.records import Broken
from etl.formats.format import WHOLE, Places, Rows
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

ROWS = 65_536  # of a piece
DAMAGED = "the file cannot be read on from here; deliver it again"


class Parquet:
    """The line of a row is its place in the file, from 1."""

    def __init__(self, _said: FileFormat, _tables: tuple[RawTable, ...]) -> None:
        pass

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        if not path.stat().st_size:
            return {}
        with _opened(path) as file:
            return {WHOLE: file.schema_arrow.names}

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        line, kinds = 1, dict[str, pa.DataType]()
        with _opened(path) as file:
            _each_once(path, file.schema_arrow.names, wanted[WHOLE])
            batches = file.iter_batches(ROWS, columns=list(wanted[WHOLE]), use_threads=False)
            while True:
                try:
                    batch = next(batches, None)
                except (OSError, pa.ArrowException):
                    broken = Broken(line, "damaged-file", b"", message=DAMAGED)
                    nothing = pa.table({name: pa.array([], pa.string()) for name in wanted[WHOLE]})
                    yield Rows(WHOLE, Piece(nothing, np.zeros(0, np.int64), (broken,)))
                    return
                if batch is None:
                    return
                rows = pa.table({name: texts(batch.column(name)) for name in wanted[WHOLE]})
                if not kinds and len(rows) >= FEW:
                    kinds = {name: worth(rows.column(name)) for name in rows.column_names}
                coded = [name for name, kind in kinds.items() if kind == CODED]
                for name in coded:
                    rows = rows.set_column(rows.column_names.index(name), name, rows.column(name).dictionary_encode())
                yield Rows(WHOLE, Piece(rows, np.arange(line, line + len(batch)), ()))
                line += len(batch)

    def without(self, path: Path, rows: Places, gone: Places) -> Iterator[bytes]:
        """All other rows, in the file's own types; `rows` are all there are."""
        sink, line = _Sink(), 1
        lost = np.array(sorted(gone[WHOLE] & rows[WHOLE]), np.int64)
        with _opened(path) as file, pq.ParquetWriter(sink, file.schema_arrow) as writer:
            for batch in file.iter_batches(ROWS, use_threads=False):
                kept = ~np.isin(np.arange(line, line + len(batch)), lost)
                writer.write_batch(batch.filter(pa.array(kept)))
                line += len(batch)
                yield sink.taken()
        yield sink.taken()


class _Sink(io.RawIOBase):
    """What is written, to be taken away piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"{path.name}: no whole Parquet file: its end, which says what it holds, is missing or damaged. "
            "Deliver it again."
        ) from error


def _each_once(path: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise InputError(
            f"{path.name}: column(s) {', '.join(twice)} stand in the file twice; which is meant cannot be known. "
            "Have one of them exported under another name."
        )


def texts(column: pa.Array) -> pa.Array:
    """Text as it is; numbers, dates and times as SQL shows them; bytes as base64; lists and structs as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return texts(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if cell is None else _base64(cell) for cell in column.to_pylist()], pa.string())
    if pa.types.is_nested(kind):
        said = column.to_pylist()
        return pa.array([None if cell is None else json.dumps(cell, default=str) for cell in said], pa.string())
    if pa.types.is_floating(kind):
        short = column.cast(pa.float32()) if pa.types.is_float16(kind) else column  # as doubles, 36.6 were 36.599998
        text = short.cast(pa.string())
        return pc.if_else(pc.is_in(text, pa.array(["nan", "-nan"])), pa.scalar(None, pa.string()), text)
    if pa.types.is_timestamp(kind):
        return _times(column)
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _times(column: pa.Array) -> pa.Array:
    """In their zone, with the offset from UTC where they have one; without a fraction of a second that is nothing."""
    zone = column.type.tz
    text = pc.strftime(column, format="%Y-%m-%dT%H:%M:%S%z" if zone else "%Y-%m-%dT%H:%M:%S")
    text = pc.replace_substring_regex(text, r"(:[0-9]{2})\.0+($|[+-])", r"\1\2")
    return pc.replace_substring_regex(text, r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2") if zone else text


def _base64(cell: bytes) -> str:
    return b64encode(cell).decode()
