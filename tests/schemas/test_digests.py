"""Digests of rows: the same content, the same 64 bits, whatever file brought it."""

import numpy as np
import pyarrow as pa

from schemas.digests import row_digests

ROWS = pa.table({"id": ["a", "b"], "code": ["1", None], "arrival": [1, 1]})


def test_where_a_row_came_from_does_not_count() -> None:
    again = ROWS.set_column(2, "arrival", pa.array([8, 9])).append_column("source_line", pa.array([3, 4]))
    assert row_digests(again).tolist() == row_digests(ROWS).tolist()


def test_columns_without_value_and_the_order_of_columns_do_not_count() -> None:
    wide = ROWS.append_column("unit", pa.nulls(2, pa.string())).select(["unit", "code", "arrival", "id"])
    assert row_digests(wide).tolist() == row_digests(ROWS).tolist()


def test_a_value_and_its_column_count() -> None:
    digests = [
        row_digests(pa.table({name: [value]}))[0] for name, value in [("a", "x"), ("b", "x"), ("a", "y"), ("a", "")]
    ]
    assert len(set(digests)) == 4


def test_two_equal_columns_do_not_cancel() -> None:
    assert row_digests(pa.table({"a": ["x"], "b": ["x"]})) != row_digests(pa.table({"a": ["y"], "b": ["y"]}))


def test_nested_values_count() -> None:
    one, other = ({"code": [{"coding": [{"code": code}]}]} for code in ("1", "2"))
    assert row_digests(pa.table(one)) != row_digests(pa.table(other))


def test_no_rows() -> None:
    assert row_digests(ROWS.slice(0, 0)).dtype == np.uint64 and not len(row_digests(ROWS.slice(0, 0)))
