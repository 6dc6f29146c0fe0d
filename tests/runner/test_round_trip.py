"""What one lake exports as FHIR another reads: the timelines are the same, simulated or real."""

import os
from pathlib import Path

import duckdb
import pytest
import yaml

from runner import nightly
from runner.config import load
from runner.export import export_fhir
from simulate.config import HospitalConfig
from simulate.hospital import simulate
from store.lake import Lake

REAL = Path(os.environ.get("CHARTLOOM_DATA", "-")) / "synthea_nguyen_csv_fhir" / "csv"
STEPS = {"notes": {"uses": "etl.notes:ExtractNotes"}, "timeline": {"uses": "etl.timeline.stage:BuildTimeline"}}


def night(root: Path, uses: str, inbox: Path, **more: str) -> Lake:
    source = {"uses": uses, "with": {"path": str(inbox), "settle_s": 0, **more}}
    said = {"identity_seed": 7, "nightly": {"engine": {"kind": "serial"}, "sources": {"one": source}, "steps": STEPS}}
    root.mkdir()
    (root / "pipelines.yaml").write_text(yaml.safe_dump(said))
    manifest = nightly.run(load(root / "pipelines.yaml"), "nightly")
    assert manifest["status"] == "published" and not manifest["quarantine"]
    return Lake(root / "lake")


def events(lake: Lake) -> str:
    """The timeline with the source's own name of the person, which both lakes know."""
    phi = lake.root / "phi"
    return f"""SELECT t.* EXCLUDE (subject_id), key FROM read_parquet('{phi}/timeline/data/*.parquet') AS t
               JOIN read_parquet('{phi}/identities.parquet') USING (subject_id)"""


def assert_comes_back(csv: Path, tmp_path: Path) -> None:
    first = night(tmp_path / "first", "etl.sources.tables:Tables", csv, mapping="synthea")
    export_fhir(first.root, tmp_path / "bulk", phi=True)
    second = night(tmp_path / "second", "etl.sources.fhir:Fhir", tmp_path / "bulk")
    with duckdb.connect() as con:
        there, back = con.sql(events(first)), con.sql(events(second))
        assert len(there) == len(back) > 0
        assert there.except_(back).fetchall() == back.except_(there).fetchall() == []


def test_a_simulated_hospital_comes_back(tmp_path: Path) -> None:
    simulate(HospitalConfig(patients=40, embeddings=False), tmp_path / "hospital")
    assert_comes_back(tmp_path / "hospital" / "csv", tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="CHARTLOOM_DATA names no folder with synthea_nguyen_csv_fhir")
def test_a_real_export_comes_back(tmp_path: Path) -> None:
    assert_comes_back(REAL, tmp_path)
