"""A declared table: where its files lie, and what it makes of rows that come from elsewhere."""

import pyarrow as pa
import pytest

from contract.errors import InputError
from contract.table import Column, Table

COLUMNS = (Column("subject_id", pa.int64(), "Who.", required=True), Column("text", pa.large_string(), "What."))
NOTES = Table("phi/notes", "Notes.", COLUMNS, key=("subject_id",))


@pytest.mark.parametrize(
    ("name", "file", "path"),
    [
        ("phi/notes", "", "phi/notes/00000012.parquet"),
        ("notes", "", "open/notes/00000012.parquet"),
        ("phi/timeline", "timeline/data/{shard}.parquet", "phi/timeline/data/00000012.parquet"),
        ("codes", "codes.parquet", "open/codes.parquet"),
    ],
)
def test_the_name_says_the_root(name: str, file: str, path: str) -> None:
    table = Table(name, "Some.", COLUMNS, key=("subject_id",), file=file)
    assert table.path("00000012") == path
    assert table.phi == name.startswith("phi/")


def test_conform_orders_fills_and_casts() -> None:
    made = NOTES.conform(pa.table({"other": [1], "subject_id": pa.array([7], pa.int32())}))
    assert made.schema.names == ["subject_id", "text"] and made.to_pylist() == [{"subject_id": 7, "text": None}]
    assert NOTES.conform(NOTES.empty()).equals(NOTES.empty())


def test_a_required_column_that_is_absent_is_named() -> None:
    with pytest.raises(InputError, match=r"phi/notes: required column\(s\) subject_id are absent; found text"):
        NOTES.conform(pa.table({"text": ["x"]}))


def test_a_column_of_another_type_is_named_without_its_cells() -> None:
    with pytest.raises(InputError, match="subject_id: found string, expected int64") as raised:
        NOTES.conform(pa.table({"subject_id": ["Tulip"]}))
    assert "Tulip" not in str(raised.value)
