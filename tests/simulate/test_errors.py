"""Planted errors stand where the truth says, and nowhere else."""

from pathlib import Path

import pytest

from contract.errors import ConfigError
from simulate.config import HospitalConfig
from simulate.errors import KINDS, plant_errors
from simulate.hospital import simulate
from tests.simulate.conftest import read_truth


def test_every_kind_is_planted_and_found(tmp_path: Path) -> None:
    config = HospitalConfig(patients=120, notes=False, embeddings=False)
    simulate(config, tmp_path / "clean")
    summary = simulate(HospitalConfig(patients=120, notes=False, embeddings=False, errors=0.02), tmp_path / "dirty")
    truth = read_truth(tmp_path / "dirty", "errors")
    assert summary.errors == len(truth)
    assert set(truth["kind"]) == set(KINDS)
    for path in sorted((tmp_path / "dirty" / "csv").glob("*.csv")):
        planted = truth[truth["file"] == path.name].set_index("line")
        lines = path.read_bytes().split(b"\n")
        clean = (tmp_path / "clean" / "csv" / path.name).read_bytes().split(b"\n")
        for line, kind in planted["kind"].items():
            if kind == "duplicate_row":
                assert lines[line - 1] == lines[line - 2]
        copies = set(planted.index[planted["kind"] == "duplicate_row"])
        single = [line for number, line in enumerate(lines, 1) if number not in copies]
        changed = [number for number, (a, b) in enumerate(zip(single, clean, strict=True), 1) if a != b]
        moved = {number for number in planted.index if planted["kind"][number] != "duplicate_row"}
        back = {number - sum(c < number for c in copies) for number in moved}
        assert set(changed) == back, path.name


def test_the_column_names_the_spoilt_cell(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    rows = [f"2020-01-0{1 + k % 9},p{k},e,c,text\n" for k in range(200)]
    (folder / "conditions.csv").write_text(
        "START,PATIENT,ENCOUNTER,CODE,DESCRIPTION\n" + "".join(rows), encoding="utf-8"
    )
    plant_errors(
        folder, tmp_path / "truth" / "errors.parquet", share=1.0, seed=1, kinds=("unparseable_time", "missing_required")
    )
    truth = read_truth(tmp_path, "errors")
    lines = (folder / "conditions.csv").read_text(encoding="utf-8").split("\n")
    names = lines[0].split(",")
    for row in truth[truth["kind"] == "missing_required"].itertuples():
        assert lines[row.line - 1].split(",")[names.index(row.column)] == ""
    assert len(truth) == 200


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="stray_quote"):
        plant_errors(tmp_path, tmp_path / "errors.parquet", share=0.1, seed=1, kinds=("gremlin",))
