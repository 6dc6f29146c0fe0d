"""Tables to bytes and back: nothing lost, the same rows the same bytes, sparse columns left out."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.registry import table
from store import parquet

CONDITION = table("phi/fhir/Condition")
ROWS = pa.table(
    {
        "id": ["a", "b"],
        "source": ["s", "s"],
        "arrival": [1, 1],
        "subject_id": [1, 2],
        "onsetDateTime": ["2020", None],
        "abatementDateTime": pa.nulls(2, pa.string()),
    }
)


def test_sparse_columns_are_left_out_and_read_back(tmp_path: Path) -> None:
    stat = parquet.write(CONDITION, ROWS, "00000000", tmp_path)
    found = pq.ParquetFile(tmp_path / stat.path).read()
    assert set(found.column_names) == {"id", "source", "arrival", "subject_id", "onsetDateTime"}
    assert CONDITION.conform(found).equals(CONDITION.conform(ROWS))
    assert (stat.rows, stat.bytes) == (2, (tmp_path / stat.path).stat().st_size)


def test_a_table_that_is_not_sparse_has_all_its_columns(tmp_path: Path) -> None:
    rows = pa.table({"note_id": ["n"], "subject_id": [1]})
    stat = parquet.write(table("phi/notes"), rows, "00000000", tmp_path)
    assert pq.ParquetFile(tmp_path / stat.path).read().schema.names == table("phi/notes").schema.names


@pytest.mark.parametrize("count", [3, 5000])
def test_the_same_rows_give_the_same_bytes(count: int) -> None:
    """However they are cut into chunks: batches of another size, or a killed night, must not show."""
    rows = pa.table(
        {
            "id": [str(n) for n in range(count)],
            "source": ["s"] * count,
            "arrival": [1] * count,
            "resource_json": ["x" * 300 + str(n) for n in range(count)],
        }
    )
    crumbs = pa.concat_tables([rows.slice(n, 7) for n in range(0, count, 7)])
    later = pa.concat_tables([rows, rows]).slice(count)
    assert parquet.encode(CONDITION, crumbs) == parquet.encode(CONDITION, rows) == parquet.encode(CONDITION, later)


def test_no_rows(tmp_path: Path) -> None:
    stat = parquet.write(CONDITION, CONDITION.empty(), "00000000", tmp_path)
    assert stat.rows == 0 and len(pq.ParquetFile(tmp_path / stat.path).read()) == 0
