"""What a training is handed: files and folders of events, and who is held out."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import InputError
from outcomes.given import given
from outcomes.timeline import read

ROWS = pa.table({
    "subject_id": pa.array([1, 2, 2], pa.int64()), "time": pa.array([datetime(2024, 1, 1)] * 3, pa.timestamp("us")),
    "code": ["A", "A", "B"], "numeric_value": pa.array([1.0, None, 2.0], pa.float32()), "aside": ["x", "y", "z"],
})  # fmt: skip


def meds(folder: Path) -> Path:
    for name, rows in (("data/0.parquet", ROWS.slice(0, 1)), ("data/1.parquet", ROWS.slice(1))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, folder / name)
    (folder / "metadata").mkdir()
    splits = pa.table({"subject_id": pa.array([1, 2], pa.int64()), "split": ["train", "held_out"]})
    pq.write_table(splits, folder / "metadata" / "subject_splits.parquet")
    return folder


@pytest.mark.parametrize("place", ["", "timeline", "open/timeline"])
def test_a_meds_data_set_or_a_lake_is_read_whole_with_its_splits(tmp_path: Path, place: str) -> None:
    meds(tmp_path / place)
    found = given(tmp_path)
    assert len(found.rows) == 3
    assert found.held_out == {2}
    timeline = read(found.rows)
    assert found.judged(timeline, timeline.subject).tolist() == [False, True, True]


def test_a_file_of_events_holds_nobody_out(tmp_path: Path) -> None:
    pq.write_table(ROWS, tmp_path / "events.parquet")
    assert given(tmp_path / "events.parquet").held_out == frozenset()


def test_what_holds_no_timeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no timeline"):
        given(tmp_path)
    (tmp_path / "torn.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read"):
        given(tmp_path / "torn.parquet")
    pq.write_table(ROWS.drop_columns(["code"]), tmp_path / "codeless.parquet")
    with pytest.raises(InputError, match="code"):
        given(tmp_path / "codeless.parquet")


def test_a_table_to_join_must_lie_beside_the_timeline(tmp_path: Path) -> None:
    meds(tmp_path / "timeline")
    with pytest.raises(InputError, match="no table findings"):
        given(tmp_path, ["findings"])


def test_rows_of_nobody_and_without_code_are_left_out_and_counted(tmp_path: Path) -> None:
    odd = ROWS.set_column(0, "subject_id", pa.array([1, None, 2], pa.int64()))
    odd = odd.set_column(2, "code", pa.array(["A", "A", None]))
    pq.write_table(odd, tmp_path / "events.parquet")
    found = given(tmp_path / "events.parquet")
    assert found.rows["code"].to_pylist() == ["A"] and found.left_out == 2


def test_types_are_those_of_meds_or_the_column_is_named_without_its_cells(tmp_path: Path) -> None:
    words = ROWS.set_column(0, "subject_id", pa.array(["1", "2", "2"]))
    fine = pa.array([1_704_067_200_000_000_007] * 3, pa.timestamp("ns", "Europe/Vienna"))
    pq.write_table(words.set_column(1, "time", fine), tmp_path / "events.parquet")
    found = given(tmp_path / "events.parquet").rows
    assert found["subject_id"].to_pylist() == [1, 2, 2] and found["time"][0].as_py() == datetime(2024, 1, 1)
    pq.write_table(ROWS.set_column(0, "subject_id", pa.array(["Ada", "2", "2"])), tmp_path / "named.parquet")
    with pytest.raises(InputError, match="subject_id is string") as refused:
        given(tmp_path / "named.parquet")
    assert "Ada" not in str(refused.value) and refused.value.__cause__ is None


def test_what_is_infinite_or_without_code_is_no_number_and_no_other_code() -> None:
    odd = ROWS.set_column(3, "numeric_value", pa.array([float("inf"), float("-inf"), 2.0], pa.float32()))
    made = read(odd.set_column(2, "code", pa.array(["A", None, "B"])))
    assert str(made.value.tolist()) == "[nan, nan, 2.0]"
    assert [made.codes[place] for place in made.code] == ["A", "", "B"]
