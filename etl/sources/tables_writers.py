"""Rows on their way to batches: one Arrow stream for each batch of one file."""

from collections.abc import Iterator
from contextlib import ExitStack
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


class Writers:
    """Streams open while the file is read: columns under the mapping's names, then line$ and the person's place."""

    def __init__(self, folder: Path, group: str, raw: RawFile, number: int) -> None:
        self.group, self.batches = group, set[int]()
        self._folder, self._raw, self._number = folder, raw, number
        self._meta = {b"group": group.encode(), b"file": raw.path.name.encode()}
        self._open: dict[int, pa.RecordBatchStreamWriter] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Writers":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def write(self, piece: Piece, kept: Ints | None, at: Ints | None, homes: Homes) -> int:
        """`at` are rows of HOMES, `kept` the rows of known persons (None: all). Says how many rows were written."""
        if kept is not None and not len(kept):
            return 0  # nobody is known, perhaps nobody at all
        rows = self._placed(piece, at, homes)
        batch = np.full(len(piece), SHARED_BATCH) if at is None else homes.columns["batch"][at]
        if kept is not None:
            rows, batch = rows.take(pa.array(kept)), batch[kept]
        for number, some in _by_batch(rows, batch):
            few = SMALL * len(some) < len(piece)
            self._writer(number, rows.schema).write_table(compact(some) if few else some)
        return len(batch)

    def _placed(self, piece: Piece, at: Ints | None, homes: Homes) -> pa.Table:
        present = piece.rows.column_names
        found = {name: piece.rows.column(place) for name, place in self._raw.found.items() if place in present}
        places = {} if at is None else {f"{name}$": pa.array(homes.columns[name][at]) for name in PLACES}
        return pa.table({**found, "line$": pa.array(piece.lines), **places})

    def _writer(self, batch: int, schema: pa.Schema) -> pa.RecordBatchStreamWriter:
        if batch not in self._open:
            path = self._folder / spool_name(self._raw.table.name, batch, self._number)
            file = self._stack.enter_context(pa.OSFile(str(path), "wb"))
            self._open[batch] = self._stack.enter_context(pa.ipc.new_stream(file, schema.with_metadata(self._meta)))
            self.batches.add(batch)
        return self._open[batch]


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
