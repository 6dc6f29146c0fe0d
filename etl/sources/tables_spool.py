"""One pass over a group's files: rows go to their batches, all that is no row of a known person to quarantine."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import SHARED_BATCH, Group, Spooled
from etl.csv.reader import Piece, read
from etl.mapping.load import Mapping
from etl.sources.tables_file import RawFile, open_raw
from etl.sources.tables_groups import table_of
from etl.sources.tables_quarantine import MESSAGES, Reject, quarantine

Ints = npt.NDArray[np.int64]
PLACES = ("subject_id", "origin_id", "ordinal")  # columns of HOMES that go with each row


@dataclass(frozen=True)
class Homes:
    """HOMES, ready for looking up keys."""

    keys: pa.Array
    columns: dict[str, npt.NDArray[np.int64]]

    @staticmethod
    def of(homes: pa.Table) -> "Homes":
        names = (*PLACES, "batch")
        columns = {name: homes.column(name).to_numpy().astype(np.int64) for name in names}
        keys = homes.column("key").combine_chunks()
        return Homes(keys if isinstance(keys, pa.Array) else pa.concat_arrays(keys.chunks), columns)

    def find(self, keys: pa.ChunkedArray) -> Ints:
        """Row of HOMES of each key; -1 for unknown and empty ones."""
        coded = (
            keys.combine_chunks().dictionary_encode()
            if not pa.types.is_dictionary(keys.type)
            else keys.combine_chunks()
        )
        if isinstance(coded, pa.ChunkedArray):
            coded = (
                coded.chunk(0)
                if coded.num_chunks
                else pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
            )
        home = pc.index_in(coded.dictionary, self.keys).fill_null(-1).to_numpy()
        at = coded.indices.fill_null(len(home)).to_numpy()
        found: Ints = np.append(home, -1).astype(np.int64)[at]
        return found


@dataclass
class _Count:
    rows_in: dict[str, int] = field(default_factory=dict)
    spooled: dict[str, int] = field(default_factory=dict)
    batches: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def spool_group(group: Group, homes: pa.Table, folder: Path, mapping: Mapping) -> Spooled:
    folder.mkdir(parents=True, exist_ok=True)
    known, count = Homes.of(homes), _Count(notes=_left_over(group))
    for number, path in enumerate(group.files):
        table = table_of(path, mapping)
        raw = open_raw(path, table.raw) if table else None
        if table is not None:
            count.rows_in.setdefault(table.raw.name, 0)
            count.spooled.setdefault(table.raw.name, 0)
        if raw is not None:
            count.notes += raw.notes
            _spool_file(raw, known, _Writers(folder, group.name, raw, number), count)
    return Spooled(
        count.rows_in,
        count.spooled,
        sorted(count.batches),
        quarantine(count.rejects, group.name),
        notes=tuple(count.notes),
    )


def _left_over(group: Group) -> list[str]:
    there = {path for file in group.files for path in file.parent.iterdir() if path.is_file()}
    count = len(there - set(group.files))
    return [f"{count} file(s) beside the group's own belong to no table of the mapping"] if count else []


def _spool_file(raw: RawFile, homes: Homes, writers: "_Writers", count: _Count) -> None:
    table = raw.table
    columns = [raw.found[column.name] for column in table.read if column.name in raw.found]
    with writers:
        for piece in read(raw.path, raw.layout, columns):
            count.rows_in[table.name] += len(piece) + len(piece.broken)
            count.rejects += [
                Reject(raw.path.name, b.line, table.name, "", b.rule, MESSAGES[b.rule], b.raw) for b in piece.broken
            ]
            at = homes.find(piece.rows.column(raw.found[table.person])) if table.person else None
            kept = _known(raw, piece, at, count)
            count.spooled[table.name] += writers.write(piece, kept, at, homes)
    count.batches |= writers.batches


def _known(raw: RawFile, piece: Piece, at: Ints | None, count: _Count) -> Ints | None:
    """Rows of known persons; None for all. The others are told with their line."""
    if at is None or not (at < 0).any():
        return None
    person = raw.found[raw.table.person]
    empty = piece.rows.column(person).is_null().to_numpy()
    lost = np.flatnonzero(at < 0)
    for row, text in zip(lost, piece.texts(lost, raw.layout.delimiter), strict=True):
        rule = "required" if empty[row] else "unknown-patient"
        count.rejects.append(
            Reject(raw.path.name, int(piece.lines[row]), raw.table.name, raw.table.person, rule, MESSAGES[rule], text)
        )
    return np.flatnonzero(at >= 0)


class _Writers:
    """One Arrow stream for each batch of one file; open while the file is read."""

    def __init__(self, folder: Path, group: str, raw: RawFile, number: int) -> None:
        self._folder, self._raw, self._number = folder, raw, number
        self._meta = {b"group": group.encode(), b"file": raw.path.name.encode()}
        self._open: dict[int, pa.RecordBatchStreamWriter] = {}
        self._stack = ExitStack()
        self.batches: set[int] = set()

    def __enter__(self) -> "_Writers":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def write(self, piece: Piece, kept: Ints | None, at: Ints | None, homes: Homes) -> int:
        rows = self._placed(piece, at, homes)
        batch = np.full(len(piece), SHARED_BATCH) if at is None else homes.columns["batch"][at]
        if kept is not None:
            rows, batch = rows.take(pa.array(kept)), batch[kept]
        for number, some in _by_batch(rows, batch):
            self._writer(number, rows.schema).write_table(some)
        return len(batch)

    def _placed(self, piece: Piece, at: Ints | None, homes: Homes) -> pa.Table:
        """Columns under the mapping's names, then line and person."""
        found = {
            name: piece.rows.column(place)
            for name, place in self._raw.found.items()
            if place in piece.rows.column_names
        }
        places = {} if at is None else {f"{name}$": pa.array(homes.columns[name][at]) for name in PLACES}
        return pa.table({**found, "line$": pa.array(piece.lines), **places})

    def _writer(self, batch: int, schema: pa.Schema) -> pa.RecordBatchStreamWriter:
        if batch not in self._open:
            name = f"{self._raw.table.name}~{self._number}~{batch}.arrow"
            file = self._stack.enter_context(pa.OSFile(str(self._folder / name), "wb"))
            self._open[batch] = self._stack.enter_context(pa.ipc.new_stream(file, schema.with_metadata(self._meta)))
            self.batches.add(batch)
        return self._open[batch]


def _by_batch(rows: pa.Table, batch: Ints) -> Iterator[tuple[int, pa.Table]]:
    """Most pieces belong to one batch, or to few that stand one after another: slices cost nothing."""
    if not len(batch):
        return
    edges = np.flatnonzero(np.diff(batch)) + 1
    if len(edges) > 64:
        order = np.argsort(batch, kind="stable")
        rows, batch = rows.take(pa.array(order)), batch[order]
        edges = np.flatnonzero(np.diff(batch)) + 1
    for start, stop in zip([0, *edges], [*edges, len(batch)], strict=True):
        yield int(batch[start]), rows.slice(start, stop - start)
