"""Rows on their way to batches: Arrow streams, one for each raw table and batch as long as its columns stay alike."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.work import SHARED_BATCH
from etl.csv.reader import Piece
from etl.sources.tables_file import RawFile
from etl.sources.tables_homes import PLACES, Homes, Ints
from etl.sources.tables_rows import compact, spool_name

SCATTERED = 64  # runs of rows of one batch in a piece; with more of them the piece is sorted
SMALL = 4  # a slice of less than a quarter of its piece gets dictionaries of its own
HELD = 10_000  # rows that are kept until they are written together: a group may be thousands of small files
MOST = 200  # streams open at once


@dataclass
class _Stream:
    file: pa.OSFile
    writer: pa.RecordBatchStreamWriter
    schema: pa.Schema
    held: list[pa.Table] = field(default_factory=list)
    rows: int = 0

    def add(self, rows: pa.Table) -> None:
        self.held.append(rows)
        self.rows += len(rows)
        if self.rows >= HELD:
            self.flush()

    def flush(self) -> None:
        if self.held:
            many = len(self.held) > 1
            self.writer.write_table(pa.concat_tables(self.held).combine_chunks() if many else self.held[0])
        self.held, self.rows = [], 0

    def close(self) -> None:
        self.writer.close()
        self.file.close()


class Writers:
    """Columns under the mapping's names, then line$, file$ and the person's place."""

    def __init__(self, folder: Path, group: str, homes: Homes) -> None:
        self.group, self.batches = group, set[int]()
        self._folder, self._homes, self._count = folder, homes, 0
        self._open: dict[tuple[str, int], _Stream] = {}

    def __enter__(self) -> "Writers":
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        self._close(whole=kind is None)

    def write(self, raw: RawFile, piece: Piece, kept: Ints | None, at: Ints | None) -> int:
        """`at` are rows of HOMES, `kept` the rows of known persons (None: all). Says how many rows were written."""
        if not len(piece) or (kept is not None and not len(kept)):
            return 0  # nobody is known, perhaps nobody at all
        at = None if at is None else np.maximum(at, -1)  # rows of nobody known have any place; they are not kept
        rows = self._placed(raw, piece, at)
        batch = np.full(len(piece), SHARED_BATCH) if at is None else self._homes.columns["batch"][at]
        if kept is not None:
            rows, batch = rows.take(pa.array(kept)), batch[kept]
        for number, some in _by_batch(rows, batch):
            few = SMALL * len(some) < len(piece)
            self._stream(raw.table.name, number, rows.schema).add(compact(some) if few else some)
        return len(batch)

    def _placed(self, raw: RawFile, piece: Piece, at: Ints | None) -> pa.Table:
        columns = dict(zip(piece.rows.column_names, piece.rows.columns, strict=True))
        places = {} if at is None else {f"{name}$": pa.array(self._homes.columns[name][at]) for name in PLACES}
        here = pa.array(np.zeros(len(piece), np.int32))
        file = pa.DictionaryArray.from_arrays(here, pa.array([raw.path.name], pa.string()))
        return pa.table({**columns, "line$": pa.array(piece.lines), "file$": file, **places})

    def _stream(self, table: str, batch: int, schema: pa.Schema) -> _Stream:
        stream = self._open.get((table, batch))
        if stream is None or stream.schema != schema:
            if stream is not None:
                stream.flush()
                stream.close()
            elif len(self._open) >= MOST:
                self._close(whole=True)
            stream = self._open[table, batch] = self._new(table, batch, schema)
        return stream

    def _new(self, table: str, batch: int, schema: pa.Schema) -> _Stream:
        self._count += 1
        self.batches.add(batch)
        file = pa.OSFile(str(self._folder / spool_name(table, batch, self._count)), "wb")
        said = schema.with_metadata({b"group": self.group.encode()})
        return _Stream(file, pa.ipc.new_stream(file, said), schema)

    def _close(self, whole: bool) -> None:
        for stream in self._open.values():
            if whole:
                stream.flush()
            stream.close()
        self._open = {}


def _by_batch(rows: pa.Table, batch: Ints) -> Iterator[tuple[int, pa.Table]]:
    """Most pieces belong to one batch, or to few that stand one after another: slices cost nothing."""
    if not len(batch):
        return
    edges = np.flatnonzero(np.diff(batch)) + 1
    if len(edges) > SCATTERED:
        order = np.argsort(batch, kind="stable")
        rows, batch = rows.take(pa.array(order)), batch[order]
        edges = np.flatnonzero(np.diff(batch)) + 1
    for start, stop in zip([0, *edges], [*edges, len(batch)], strict=True):
        yield int(batch[start]), rows.slice(start, stop - start)
