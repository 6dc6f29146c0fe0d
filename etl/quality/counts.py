"""Counts of one check: failed and looked at, by source and table, added up."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("table", pa.string()),
        ("check", pa.string()),
        ("failed", pa.int64()),
        ("looked_at", pa.int64()),
    ]
)
NOBODY = "none"  # the source of rows that none names, such as notes


class Counts:
    """Of one shard."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, place: tuple[str, str, str], failed: int, looked_at: int) -> None:
        entry = self._found[place]
        entry[0] += failed
        entry[1] += looked_at

    def by_source(
        self, sources: "Sources", table: str, check: str, failed: Mask | None, looked_at: Mask | None = None
    ) -> None:
        """Row by row; `failed` None: no row, `looked_at` None: all rows."""
        for name, rows in sources.each():
            seen = looked_at if rows is None else rows if looked_at is None else looked_at & rows
            number = sources.rows if seen is None else int(np.count_nonzero(seen))
            bad = failed if seen is None or failed is None else failed & seen
            if number:
                self.add((name, table, check), 0 if bad is None else int(np.count_nonzero(bad)), number)

    def table(self) -> pa.Table:
        rows = [(*place, *numbers) for place, numbers in sorted(self._found.items())]
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(SCHEMA)
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


class Sources:
    """Whose the rows of a table are; nearly always one source's, and then no row is looked at."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self.rows = len(column)
        self.names = sorted(name or NOBODY for name in pc.unique(column).to_pylist())
        self._column = column

    def each(self) -> Iterable[tuple[str, Mask | None]]:
        if len(self.names) == 1:
            yield self.names[0], None
            return
        column = pc.fill_null(self._column, NOBODY)
        for name in self.names:
            yield name, pc.equal(column, name).to_numpy()
