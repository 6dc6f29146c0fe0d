"""Every string of a table is read, however deep; random ids are not."""

import pyarrow as pa

from nlp.deid.audit.strings import leaves, metadata


def said(table: pa.Table) -> list[tuple[str, str, int]]:
    return [
        (leaf.path, text, int(row))
        for leaf in leaves(table)
        for text, row in zip(leaf.values.to_pylist(), leaf.rows, strict=True)
    ]


def test_strings_of_structs_lists_and_maps_are_found_with_their_rows() -> None:
    table = pa.table(
        {
            "name": pa.array([None, [{"given": ["A", None, "B"]}, None, {"given": []}]]),
            "extra": pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string())),
            "raw": pa.array([b"caf\xc3\xa9", None], pa.binary()),
            "number": [1, 2],
        }
    )
    assert sorted(said(table)) == [
        ("extra.key", "k", 0), ("extra.value", "v", 0), ("name.given", "A", 1), ("name.given", "B", 1),
        ("raw", "café", 0),
    ]  # fmt: skip


def test_a_slice_of_a_table_gives_rows_of_the_slice() -> None:
    table = pa.table({"a": pa.array([["x"], ["y", "z"], ["w"]])}).slice(1, 2)
    assert said(table) == [("a", "y", 0), ("a", "z", 0), ("a", "w", 1)]


def test_random_ids_and_empty_strings_are_left_out() -> None:
    table = pa.table({"id": ["0" * 32, "", "Patient/" + "a1" * 16, None, "0123"]})
    assert said(table) == [("id", "0123", 4)]


def test_metadata_of_tables_and_columns_is_read() -> None:
    field = pa.field("a", pa.int64(), metadata={"unit": "days"})
    table = pa.table({"a": [1]}, schema=pa.schema([field], metadata={"who": "Ada"}))
    assert sorted(metadata(table)) == ["Ada", "days", "unit", "who"]
