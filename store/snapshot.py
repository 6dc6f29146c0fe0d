"""One published state of the lake: an index of files, and the files. It never changes."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import StoreError
from schemas.registry import tables
from store.parquet import FileStat

INDEX = pa.schema(
    [
        ("table", pa.string()),
        ("shard", pa.string()),
        ("path", pa.string()),
        ("rows", pa.int64()),
        ("bytes", pa.int64()),
        ("digest", pa.string()),
    ]
)

MEND = "Restore it from a backup, or point lake/current to an older snapshot (docs/operations.md)."


class Snapshot:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.id = folder.name

    @cached_property
    def files(self) -> dict[tuple[str, str], FileStat]:
        """(table, shard) -> file, in the order of table and shard."""
        rows = pq.read_table(self.folder / "index.parquet").to_pylist()
        return {(row["table"], row["shard"]): FileStat(**row) for row in rows}

    @cached_property
    def _by_table(self) -> dict[str, dict[str, FileStat]]:
        found: dict[str, dict[str, FileStat]] = {}
        for (table, shard), stat in self.files.items():
            found.setdefault(table, {})[shard] = stat
        return found

    @cached_property
    def _bytes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for (_, shard), stat in self.files.items():
            found[shard] = found.get(shard, 0) + stat.bytes
        return found

    def bytes_of(self, shard: str) -> int:
        """Of all tables together."""
        return self._bytes.get(shard, 0)

    def tables(self) -> list[str]:
        return sorted(self._by_table)

    def shards(self, table: str) -> list[str]:
        return sorted(self._by_table.get(table, {}))

    def paths(self, table: str) -> list[Path]:
        return [self.folder / stat.path for _, stat in sorted(self._by_table.get(table, {}).items())]

    def read(self, table: str, shard: str) -> pa.Table:
        return self.read_many(table, [shard])

    def read_many(self, table: str, shards: Iterable[str]) -> pa.Table:
        """The rows of some shards, in the order given; no rows when the table has none there."""
        held = self._by_table.get(table, {})
        with self.whole(table):
            parts = [read(self.folder / held[shard].path) for shard in shards if shard in held]
        if not parts:
            declared = tables().get(table)
            return declared.empty() if declared else pa.table({})
        return pa.concat_tables(parts, promote_options="default") if len(parts) > 1 else parts[0]

    def ids(self, table: str, shard: str) -> pa.ChunkedArray:
        """The column `id` alone."""
        with self.whole(table):
            return pq.read_table(self.folder / self.files[table, shard].path, columns=["id"])["id"]

    @contextmanager
    def whole(self, *tables: str) -> Iterator[None]:
        """Where a file of the tables turns out to be gone or garbage it is named, with what to do."""
        try:
            yield
        except (OSError, pa.ArrowInvalid) as error:
            self.require(*tables)
            raise StoreError(
                f"snapshot {self.id} is damaged: a file of {', '.join(tables)} ends early. {MEND}"
            ) from error

    def require(self, *tables: str) -> None:
        """Every file of the tables is there and begins and ends as Parquet does."""
        for path in (path for table in tables for path in self.paths(table)):
            try:
                pq.ParquetFile(path)
            except (OSError, pa.ArrowInvalid) as error:
                raise self._damaged(path) from error

    def require_there(self, table: str) -> None:
        """Every file of the table is there: a pattern of names finds those that are, and misses none."""
        for path in self.paths(table):
            if not path.exists():
                raise self._damaged(path)

    def _damaged(self, path: Path) -> StoreError:
        what = "cannot be read" if path.exists() else "is gone"
        return StoreError(f"snapshot {self.id} is damaged: {path.relative_to(self.folder)} {what}. {MEND}")

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return found


def read(path: Path) -> pa.Table:
    """A file's rows, by the thread that asks: a night has a process for each core already."""
    return pq.ParquetFile(path, memory_map=True).read(use_threads=False)


def write_index(files: Iterable[FileStat], folder: Path) -> None:
    rows = sorted((vars(stat) for stat in files), key=lambda row: (row["table"], row["shard"]))
    pq.write_table(pa.Table.from_pylist(rows, schema=INDEX), folder / "index.parquet", compression="zstd")
