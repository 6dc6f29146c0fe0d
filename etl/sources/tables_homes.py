"""Where the person of each row lives tonight."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.columns import RawColumn
from etl.mapping.frame import Cells, cells

Ints = npt.NDArray[np.int64]
PLACES = ("subject_id", "origin_id", "ordinal")  # columns of HOMES that go with each row
UNKNOWN, NOWHERE, SEVERAL = -1, -2, -3  # no such person; no row that says whose it is; rows that say several
WHOLE_NUMBER = r"^(-?[0-9]+)\.0*$"


def keys(column: pa.ChunkedArray, said: RawColumn) -> Cells:
    """Cells of a column that names persons, each written in one way: as text, whole numbers without `.0`."""
    found = cells(column)
    if said.type == "id" and "whole" in said.variants:
        return Cells(pc.replace_substring_regex(found.values, WHOLE_NUMBER, r"\1"), found.at)
    return found


@dataclass(frozen=True)
class Homes:
    """HOMES with its keys in a dict: built once, asked once for every different key of a piece."""

    rows: dict[str, int]
    columns: dict[str, Ints]

    @staticmethod
    def of(homes: pa.Table) -> "Homes":
        columns = {name: homes.column(name).to_numpy().astype(np.int64) for name in (*PLACES, "batch")}
        return Homes({key: row for row, key in enumerate(homes.column("key").to_pylist())}, columns)

    def find(self, keys: Cells) -> Ints:
        """Row of HOMES of each key; UNKNOWN for unknown and empty ones."""
        rows = np.array([self.rows.get(key, UNKNOWN) for key in keys.values.to_pylist()], np.int64)
        return rows if keys.at is None else rows[keys.at]

    def person(self, key: str) -> str:
        """Whom a key names that leads to nobody known, or to several."""
        return key
