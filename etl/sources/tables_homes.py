"""Where the person of each row lives tonight."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.mapping.frame import cells

Ints = npt.NDArray[np.int64]
PLACES = ("subject_id", "origin_id", "ordinal")  # columns of HOMES that go with each row


@dataclass(frozen=True)
class Homes:
    """HOMES with its keys in a dict: built once, asked once for every different key of a piece."""

    rows: dict[str, int]
    columns: dict[str, Ints]

    @staticmethod
    def of(homes: pa.Table) -> "Homes":
        columns = {name: homes.column(name).to_numpy().astype(np.int64) for name in (*PLACES, "batch")}
        return Homes({key: row for row, key in enumerate(homes.column("key").to_pylist())}, columns)

    def find(self, keys: pa.ChunkedArray) -> Ints:
        """Row of HOMES of each key; -1 for unknown and empty ones."""
        found = cells(keys)
        rows = np.array([self.rows.get(key, -1) for key in found.values.to_pylist()], np.int64)
        return rows if found.at is None else rows[found.at]
