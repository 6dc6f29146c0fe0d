"""Rows of a night's tables and how often each value stands in them, for what the manifest counts."""

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from store.lake import Draft


def rows_of(draft: Draft, name: str, columns: list[str]) -> pa.Table | None:
    """A table of all shards; None: the night has none."""
    paths = [draft.path(table, shard) for table, shard in draft.files() if table == name]
    return pa.concat_tables([pq.read_table(path, columns=columns) for path in paths]) if paths else None


def frequent(values: Iterable[str | None]) -> dict[str, int]:
    """The most frequent first; null counts for nothing."""
    found = Counter(value for value in values if value is not None)
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def flags_of(account: pa.Table) -> dict[str, int]:
    """How many rows have each flag."""
    return frequent(flag for said in account["flags"].to_pylist() for flag in dict.fromkeys(said or ()))
