"""Ids of rows without id: stable for ever, different for different cells."""

import numpy as np
import pyarrow as pa

from etl.mapping.frame import Cells
from etl.mapping.ids import hashed_ids


def ids(*columns: list[str | None]) -> list[str]:
    return [str(i) for i in hashed_ids([Cells(pa.array(column, pa.string())) for column in columns]).to_pylist()]


def test_the_same_cells_give_the_same_id_for_ever() -> None:
    assert ids(["p1"], ["2020-01-01T10:00:00Z"], [None]) == ["f18b7f232af9dd0e7733d19940e124fc"]


def test_neighbouring_cells_do_not_run_together() -> None:
    found = ids(["ab", "a", "", "ab", "", None], ["c", "bc", "abc", "", "ab", "ab"])
    assert len(set(found)) == 6


def test_half_a_million_ids_do_not_collide() -> None:
    numbers = [str(i) for i in range(500_000)]
    assert len(set(ids(numbers, numbers[::-1]))) == 500_000


def test_coded_cells_have_the_ids_of_plain_ones() -> None:
    plain = Cells(pa.array(["x", "y", "x", None]))
    coded = Cells(pa.array(["y", None, "x"]), np.array([2, 0, 2, 1]))
    assert hashed_ids([plain, plain]).equals(hashed_ids([coded, coded]))


def test_ids_are_fhir_ids() -> None:
    assert all(len(i) == 32 and set(i) <= set("0123456789abcdef") for i in ids(["a", "ü" * 100, ""]))
