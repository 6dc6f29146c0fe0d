"""A real export all the way to a valid MEDS data set: Synthea CSV of 59 persons."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.work import HOMES, Shard
from etl.rules.check import check
from etl.sources.tables import Tables
from etl.timeline.codes import CountCodes
from etl.timeline.stage import BuildTimeline
from etl.timeline.valid import dataset_json, problems
from schemas.clinical import PHI_TIMELINE, PHI_TIMELINE_CODES, PHI_TIMELINE_SPLITS


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Shard:
    if "CHARTLOOM_DATA" not in os.environ:
        pytest.skip("CHARTLOOM_DATA does not name a folder with synthea_nguyen_csv_fhir")
    source, spool = Tables(mapping="synthea", path="csv", settle_s=0), tmp_path_factory.mktemp("spool")
    [group] = source.groups(Path(os.environ["CHARTLOOM_DATA"]) / "synthea_nguyen_csv_fhir")
    keys = source.people(group)["key"].to_pylist()
    numbers = range(len(keys))
    homes = pa.table([keys, numbers, numbers, numbers, [0] * len(keys)], schema=HOMES)
    source.spool(group, homes, spool)
    return {name: _stamped(rows) for name, rows in source.read(spool, 0).items() if name.startswith("phi/fhir/")}


def _stamped(rows: pa.Table) -> pa.Table:
    return rows.append_column("source", pa.repeat(pa.scalar("synthea"), len(rows)))


def test_a_good_export_breaks_no_rule(shard: Shard) -> None:
    assert len(check(shard).quarantine) == 0


def test_it_becomes_a_valid_data_set(shard: Shard, tmp_path: Path) -> None:
    events, summary = BuildTimeline().run(shard), CountCodes()
    codes = summary.merge([summary.partial({**shard, **events})])[PHI_TIMELINE_CODES.name]
    subjects = events[PHI_TIMELINE.name]["subject_id"].unique()
    splits = pa.table([subjects, ["train"] * len(subjects)], schema=PHI_TIMELINE_SPLITS.schema)
    for folder in ("data", "metadata"):
        (tmp_path / folder).mkdir()
    pq.write_table(events[PHI_TIMELINE.name], tmp_path / "data" / "00000000.parquet")
    pq.write_table(codes, tmp_path / "metadata" / "codes.parquet")
    pq.write_table(splits, tmp_path / "metadata" / "subject_splits.parquet")
    (tmp_path / "metadata" / "dataset.json").write_bytes(dataset_json("20261120T230000Z"))
    assert problems(tmp_path) == []
    assert codes["description"].null_count == 0


def test_every_source_row_that_is_an_event_is_there_once(shard: Shard) -> None:
    events = BuildTimeline().run(shard)[PHI_TIMELINE.name]
    pairs = zip(events["fhir_id"].to_pylist(), events["code"].to_pylist(), strict=True)
    made = [name.partition("/")[0] for name, code in pairs if not code.endswith("//END")]
    for kind in ("Observation", "Immunization", "Procedure"):
        assert made.count(kind) == len(shard[f"phi/fhir/{kind}"])
    assert events["code"].to_pylist().count("MEDS_BIRTH") == len(shard["phi/fhir/Patient"])
