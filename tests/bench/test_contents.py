"""A content digest sees every cell and nothing else: not the order, not the shard, not a column that is null."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.contents import Content, content, differences

ROWS = [
    {"id": "1", "value": {"unit": "cm", "number": 1.5}, "tags": ["a", "b"], "source_line": 7},
    {"id": "2", "value": None, "tags": None, "source_line": 8},
    {"id": "2", "value": None, "tags": None, "source_line": 9},
]


def digest(folder: Path, *parts: pa.Table) -> Content:
    files = [folder / f"{number}.parquet" for number in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        pq.write_table(part, file)
    with duckdb.connect() as con:
        return content(con, files, {"source_line"})


@pytest.fixture
def rows() -> pa.Table:
    return pa.Table.from_pylist(ROWS)


def test_order_and_shards_do_not_matter(tmp_path: Path, rows: pa.Table) -> None:
    whole = digest(tmp_path, rows)
    assert whole.rows == 3
    assert digest(tmp_path, rows.slice(1), rows.slice(0, 1)) == whole


def test_place_does_not_matter(tmp_path: Path, rows: pa.Table) -> None:
    moved = rows.set_column(3, "source_line", pa.array([70, 80, 90]))
    assert digest(tmp_path, moved) == digest(tmp_path, rows)


def test_a_column_of_nulls_is_an_absent_column(tmp_path: Path, rows: pa.Table) -> None:
    assert digest(tmp_path, rows.append_column("note", pa.nulls(3, pa.string()))) == digest(tmp_path, rows)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.slice(0, 2),  # a twin is a row of its own
        lambda rows: rows.set_column(0, "id", pa.array(["1", "2", "3"])),
        lambda rows: rows.rename_columns(["id", "amount", "tags", "source_line"]),
        lambda rows: rows.set_column(2, "tags", pa.array([["b", "a"], None, None])),
        lambda rows: rows.set_column(2, "tags", pa.array([None, ["a", "b"], None])),  # the same cells, another row
    ],
    ids=["rows", "cell", "column", "list", "row"],
)
def test_anything_else_matters(tmp_path: Path, rows: pa.Table, change) -> None:  # type: ignore[no-untyped-def]
    assert digest(tmp_path, change(rows)).digest != digest(tmp_path, rows).digest


def test_differences_name_tables_and_rows() -> None:
    one, other = {"a": Content(1, "x"), "b": Content(2, "y")}, {"a": Content(1, "x"), "b": Content(3, "z")}
    assert differences(one, other) == ["b: 2 and 3 rows"]
    assert differences(one, {**one, "c": Content(4, "w")}) == ["c: no and 4 rows"]
