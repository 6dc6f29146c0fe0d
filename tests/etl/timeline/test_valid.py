"""A written timeline is a valid MEDS data set; each way to spoil one is named."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.work import Shard
from etl.timeline.codes import CountCodes
from etl.timeline.stage import BuildTimeline
from etl.timeline.valid import dataset_json, problems
from schemas.clinical import PHI_TIMELINE, PHI_TIMELINE_CODES, PHI_TIMELINE_SPLITS


@pytest.fixture
def dataset(tmp_path: Path, tables: Callable[..., Shard]) -> Path:
    """Two shards of two persons each."""
    summary, partials = CountCodes(), []
    for number in (0, 1):
        people = [{"subject_id": 10 * number + n, "gender": "male", "birthDate": "1990"} for n in (2, 1)]
        shard = tables({"Patient": people})
        events = BuildTimeline().run(shard)
        partials.append(summary.partial({**shard, **events}))
        _write(tmp_path / "data" / f"{number}.parquet", events[PHI_TIMELINE.name])
    _write(tmp_path / "metadata" / "codes.parquet", summary.merge(partials)[PHI_TIMELINE_CODES.name])
    splits = pa.table([[1, 2, 11, 12], ["train"] * 4], schema=PHI_TIMELINE_SPLITS.schema)
    _write(tmp_path / "metadata" / "subject_splits.parquet", splits)
    (tmp_path / "metadata" / "dataset.json").write_bytes(dataset_json("20261120T230000Z"))
    return tmp_path


def _write(path: Path, rows: pa.Table) -> None:
    path.parent.mkdir(exist_ok=True)
    pq.write_table(rows, path)


def _first(folder: Path) -> pa.Table:
    return pq.read_table(folder / "data" / "0.parquet")


def test_what_we_write_is_valid(dataset: Path) -> None:
    assert problems(dataset) == []


def _unsort(folder: Path) -> None:
    rows = _first(folder)
    _write(folder / "data" / "0.parquet", rows.take(pa.array([1, 0, 2, 3])))


def _scatter(folder: Path) -> None:
    rows = _first(folder)
    _write(folder / "data" / "0.parquet", rows.take(pa.array([0, 2, 1, 3])))


def _repeat(folder: Path) -> None:
    _write(folder / "data" / "2.parquet", _first(folder))


def _mistype(folder: Path) -> None:
    rows = _first(folder)
    _write(folder / "data" / "0.parquet", rows.set_column(4, "text_value", rows["text_value"].cast(pa.string())))


def _forget_codes(folder: Path) -> None:
    path = folder / "metadata" / "codes.parquet"
    _write(path, pq.read_table(path).slice(0, 2))


def _forget_split(folder: Path) -> None:
    path = folder / "metadata" / "subject_splits.parquet"
    _write(path, pq.read_table(path).slice(1))


def _break_json(folder: Path) -> None:
    (folder / "metadata" / "dataset.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_unsort, "not in the order of time"),
        (_scatter, "do not stand together"),
        (_repeat, "also stand in data/0.parquet"),
        (_mistype, "DataSchema of the meds package refuses"),
        (_forget_codes, "codes of the data are absent"),
        (_forget_split, "have no split"),
        (_break_json, "not JSON"),
    ],
)
def test_each_fault_is_named(dataset: Path, spoil: Callable[[Path], None], said: str) -> None:
    spoil(dataset)
    assert any(said in problem for problem in problems(dataset)), problems(dataset)


def test_an_empty_folder_names_all_that_is_absent(tmp_path: Path) -> None:
    assert len(problems(tmp_path)) == 4
