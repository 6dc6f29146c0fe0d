"""One pass over a group: each resource, with whose it is and where it stood, into the piece of work it belongs to."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import SHARED_BATCH
from etl.fhir.owner import SHARED

FLUSH_BYTES = 64 << 20  # JSON held in memory before it is written
SHARED_PLACE = -1
SPOOLED = pa.schema(
    [
        ("kind", pa.dictionary(pa.int32(), pa.string())),
        ("line", pa.large_binary()),
        ("subject_id", pa.int64()),
        ("origin_id", pa.int64()),
        ("ordinal", pa.int64()),
        ("source_file", pa.dictionary(pa.int32(), pa.string())),
        ("source_line", pa.int64()),
    ]
)


@dataclass
class Homes:
    """Where the rows of each person go; by key."""

    table: pa.Table
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.table = self.table.combine_chunks()
        self.places = {key: place for place, key in enumerate(self.table.column("key").to_pylist())}

    def place(self, key: str) -> int | None:
        """None for an unknown person."""
        return SHARED_PLACE if key == SHARED else self.places.get(key)

    def column(self, name: str, places: np.ndarray) -> pa.Array:
        rows = pa.array(places, pa.int64(), mask=places < 0)
        return self.table.column(name).combine_chunks().take(rows)


@dataclass
class Writer:
    """Part files of one folder a batch; memory stays under FLUSH_BYTES and the largest resource."""

    folder: Path
    homes: Homes
    rows: Counter[str] = field(default_factory=Counter)
    batches: set[int] = field(default_factory=set)
    _held: list[tuple[str, bytes, int, str, int]] = field(default_factory=list)
    _bytes: int = 0
    _parts: int = 0

    def add(self, kind: str, line: bytes, place: int, file: str, number: int) -> None:
        self._held.append((kind, line, place, file, number))
        self._bytes += len(line) + 100
        if self._bytes >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        if not self._held:
            return
        kinds, lines, places, files, numbers = zip(*self._held, strict=True)
        self.rows.update(kinds)
        where = np.array(places, np.int64)
        batch = self.homes.column("batch", where).fill_null(SHARED_BATCH).to_numpy()
        columns = [
            pa.array(kinds).dictionary_encode(),
            pa.array(lines, pa.large_binary()),
            self.homes.column("subject_id", where),
            self.homes.column("origin_id", where),
            self.homes.column("ordinal", where),
            pa.array(files).dictionary_encode(),
            pa.array(numbers, pa.int64()),
        ]
        table = pa.Table.from_arrays(columns, schema=SPOOLED)
        for one in np.unique(batch):
            self._write(int(one), table.filter(pa.array(batch == one)))
        self._held, self._bytes, self._parts = [], 0, self._parts + 1

    def _write(self, batch: int, rows: pa.Table) -> None:
        self.batches.add(batch)
        folder = self.folder / batch_name(batch)
        folder.mkdir(parents=True, exist_ok=True)
        write_part(folder / f"{self._parts:06d}.arrow", rows)


def batch_name(batch: int) -> str:
    return "shared" if batch == SHARED_BATCH else f"batch-{batch:06d}"


def write_part(file: Path, rows: pa.Table, compression: str | None = "lz4") -> None:
    options = pa.ipc.IpcWriteOptions(compression=compression, unify_dictionaries=True)
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, rows.schema, options=options) as writer:
        writer.write_table(rows)


def read_parts(folder: Path) -> pa.Table:
    """In order of persons, and for each person in the order the rows came."""
    parts = [pa.ipc.open_file(pa.memory_map(str(file))).read_all() for file in sorted(folder.glob("*.arrow"))]
    if not parts:
        return SPOOLED.empty_table()
    rows = pa.concat_tables(parts).unify_dictionaries()
    ordinals = pc.fill_null(rows.column("ordinal"), SHARED_PLACE).to_numpy()
    if np.all(ordinals[1:] >= ordinals[:-1]):
        return rows.combine_chunks()
    return rows.take(pa.array(np.argsort(ordinals, kind="stable")))
