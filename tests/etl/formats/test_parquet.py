"""Parquet files as raw tables: cells as text, damage told, rows taken out."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import InputError
from etl.formats import parquet
from etl.formats.format import WHOLE, Erasing
from etl.formats.parquet import Parquet
from etl.mapping.files import FileFormat

READER = Parquet(FileFormat("parquet"), ())
NOON = dt.datetime(2020, 7, 1, 12)
CELLS = {
    "text": (pa.array(["a", "", None]), ["a", None, None]),
    "large": (pa.array(["a", "b", None], pa.large_string()), ["a", "b", None]),
    "coded": (pa.array(["a", "b", None]).dictionary_encode(), ["a", "b", None]),
    "whole": (pa.array([1, -2, None]), ["1", "-2", None]),
    "number": (pa.array([1.5, float("nan"), 6.0]), ["1.5", None, "6"]),
    "single": (pa.array([36.6, float("nan"), 1e10], pa.float32()), ["36.6", None, "1e+10"]),
    "exact": (pa.array([Decimal("1.50"), None, None]), ["1.50", None, None]),
    "yes": (pa.array([True, False, None]), ["true", "false", None]),
    "day": (pa.array([dt.date(2020, 2, 29), None, None]), ["2020-02-29", None, None]),
    "local": (
        pa.array([NOON, NOON + dt.timedelta(milliseconds=5), None], pa.timestamp("ms")),
        ["2020-07-01T12:00:00", "2020-07-01T12:00:00.005", None],
    ),
    "zoned": (
        pa.array([NOON, None, None], pa.timestamp("us", "Europe/Stockholm")),
        ["2020-07-01T14:00:00+02:00", None, None],
    ),
    "bytes": (pa.array([b"\x00\xff", None, b""]), ["AP8=", None, ""]),
    "list": (pa.array([[1, 2], None, []]), ["[1, 2]", None, "[]"]),
}


def test_cells_are_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({name: array for name, (array, _) in CELLS.items()}), path)
    assert list(READER.tables(path)[WHOLE]) == list(CELLS)
    (found,) = READER.read(path, READER.tables(path))
    assert {name: found.piece.rows.column(name).to_pylist() for name in CELLS} == {n: t for n, (_, t) in CELLS.items()}
    assert {str(found.piece.rows.column(name).type) for name in CELLS} == {"string"}
    assert found.piece.lines.tolist() == [1, 2, 3]


def test_columns_with_few_values_are_coded_and_lines_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 1500)
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"few": ["x", "y"] * 2000, "many": list(map(str, range(4000)))}), path)
    pieces = [found.piece for found in READER.read(path, {WHOLE: ["many", "few"]})]
    assert [len(piece) for piece in pieces] == [1500, 1500, 1000]
    assert [line for piece in pieces for line in piece.lines.tolist()] == list(range(1, 4001))
    assert all(pa.types.is_dictionary(piece.rows.column("few").type) for piece in pieces)
    assert all(pa.types.is_string(piece.rows.column("many").type) for piece in pieces)


def test_a_damaged_file_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [str(i * 7919 % 10007) for i in range(20000)]}), path, row_group_size=5000)
    whole = bytearray(path.read_bytes())
    place = pq.ParquetFile(path).metadata.row_group(2).column(0).dictionary_page_offset
    whole[place : place + 40] = b"\xff" * 40
    path.write_bytes(bytes(whole))
    *good, last = (found.piece for found in READER.read(path, {WHOLE: ["a"]}))
    assert sum(map(len, good)) <= 10000 and len(last) == 0
    assert [(each.line, each.rule) for each in last.broken] == [(sum(map(len, good)) + 1, "damaged-file")]
    path.write_bytes(bytes(whole[:-20]))
    with pytest.raises(InputError, match="no whole Parquet file"):
        READER.tables(path)


def test_rows_are_taken_out_and_types_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 2)
    path = tmp_path / "t.parquet"
    rows = pa.table({name: array for name, (array, _) in CELLS.items()})
    pq.write_table(rows, path)
    assert isinstance(READER, Erasing)
    path.write_bytes(b"".join(READER.without(path, {WHOLE: {1, 2, 3}}, {WHOLE: {2}})))
    assert pq.read_table(path).equals(rows.take([0, 2]))


def test_a_column_that_stands_twice_is_told_where_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a", "b"]), path)
    (found,) = READER.read(path, {WHOLE: ["b"]})
    assert found.piece.rows.to_pydict() == {"b": ["3"]}
    with pytest.raises(InputError, match="a stand in the file twice"):
        list(READER.read(path, {WHOLE: ["a", "b"]}))
