"""Rows picked by slices are the rows, and DuckDB can read them."""

import numpy as np
import pyarrow as pa
import pytest

from schemas.digests import row_digests
from schemas.segments import keep, whole

ROWS = pa.table({
    "id": [str(n) for n in range(300)],
    "hospitalization": [{"note": "x", "period": {"start": str(n)}} for n in range(300)],  # a struct that holds a struct
})  # fmt: skip


@pytest.mark.parametrize("slices", [[(100, 50)], [(0, 100), (150, 150)], [(7, 1), (9, 0), (20, 200)]])
def test_digests_of_slices_are_those_of_copies(slices: list[tuple[int, int]]) -> None:
    sliced = pa.concat_tables([ROWS.slice(start, length) for start, length in slices])
    copied = pa.table(sliced.to_pydict(), schema=ROWS.schema)
    assert whole(sliced).equals(copied)
    assert (row_digests(sliced) == row_digests(copied)).all()


def test_long_stretches_are_kept_as_slices() -> None:
    wanted = np.ones(300, dtype=bool)
    wanted[120] = False
    kept = keep(ROWS, wanted)
    assert kept["id"].num_chunks == 2 and "120" not in kept["id"].to_pylist() and len(kept) == 299
