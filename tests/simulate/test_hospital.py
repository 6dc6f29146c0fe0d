"""The whole output: the same for a seed, a prefix of a larger hospital, whole in its references."""

import filecmp
from datetime import date
from pathlib import Path

import pytest

from contract.errors import ConfigError, InputError
from simulate.config import Drift, HospitalConfig
from simulate.hospital import simulate
from simulate.knowledge import tables
from tests.simulate.conftest import read_csv, read_truth


def files(out: Path) -> list[str]:
    return sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())


def test_a_seed_gives_the_same_bytes(tmp_path: Path, hospital: Path) -> None:
    simulate(HospitalConfig(patients=100, seed=11), tmp_path / "again")
    assert files(tmp_path / "again") == files(hospital)
    for name in files(hospital):
        assert filecmp.cmp(hospital / name, tmp_path / "again" / name, shallow=False), name


def test_a_smaller_hospital_is_a_prefix(tmp_path: Path, hospital: Path) -> None:
    simulate(HospitalConfig(patients=50, seed=11), tmp_path / "small")
    people = set(read_csv(tmp_path / "small", "patients")["Id"])
    assert len(people) == 50
    for name in tables():
        small, large = read_csv(tmp_path / "small", name), read_csv(hospital, name)
        owner = next((c for c in ("PATIENT", "PATIENTID") if c in large), "Id" if name == "patients" else "")
        kept = large[large[owner].isin(people)].reset_index(drop=True) if owner else large
        assert kept.equals(small), name


def test_notes_do_not_change_the_rest(tmp_path: Path, hospital: Path) -> None:
    simulate(HospitalConfig(patients=100, seed=11, notes=False, embeddings=False), tmp_path / "bare")
    for name in tables():
        if name != "notes":
            assert filecmp.cmp(
                hospital / "csv" / f"{name}.csv", tmp_path / "bare" / "csv" / f"{name}.csv", shallow=False
            )


def test_columns_are_those_of_the_export(hospital: Path) -> None:
    for name, columns in tables().items():
        assert list(read_csv(hospital, name).columns) == columns


def test_every_reference_points_at_a_row(hospital: Path) -> None:
    people = set(read_csv(hospital, "patients")["Id"])
    contacts = set(read_csv(hospital, "encounters")["Id"])
    doctors = set(read_csv(hospital, "providers")["Id"])
    for name in tables():
        frame = read_csv(hospital, name)
        for column, known in (
            ("PATIENT", people),
            ("PATIENTID", people),
            ("ENCOUNTER", contacts),
            ("PROVIDER", doctors),
        ):
            if column in frame:
                assert set(frame[column]) <= known, f"{name}.{column}"
        if "Id" in frame:
            assert frame["Id"].is_unique, name


def test_nothing_happens_before_birth_or_after_the_end(hospital: Path) -> None:
    people = read_csv(hospital, "patients").set_index("Id")
    contacts = read_csv(hospital, "encounters")
    born = contacts["PATIENT"].map(people["BIRTHDATE"])
    died = contacts["PATIENT"].map(people["DEATHDATE"]).replace("", "9999")
    assert (contacts["START"].str[:10] >= born).all()
    assert (contacts["START"].str[:10] <= died).all()
    assert (contacts["START"] < "2025-01-01").all()
    rows = read_csv(hospital, "observations").merge(
        contacts[["Id", "START", "STOP"]], left_on="ENCOUNTER", right_on="Id"
    )
    assert (rows["DATE"] >= rows["START"]).all()
    assert ((rows["DATE"] <= rows["STOP"]) | (rows["STOP"] == "")).all()


def test_a_cause_comes_before_its_effect(hospital: Path) -> None:
    effects = read_truth(hospital, "effects").dropna(subset=["course_id"])
    assert len(effects) > 5
    assert (effects["exposed_from"] < effects["onset"]).all()
    assert set(effects["course_id"]) <= set(read_truth(hospital, "exposures")["course_id"]) | set(
        effects.loc[effects["encounter_id"].isna(), "course_id"]
    )


def test_progress_counts_persons(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    config = HospitalConfig(patients=300, notes=False, embeddings=False)
    simulate(config, tmp_path / "out", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(256, 300), (300, 300)]


def test_wrong_switches_are_refused(hospital: Path) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        HospitalConfig(patients=0)
    with pytest.raises(ConfigError, match="not before"):
        HospitalConfig(start=date(2020, 1, 1), end=date(2019, 1, 1))
    with pytest.raises(ConfigError, match="narrative"):
        HospitalConfig(styles=("gothic",))
    with pytest.raises(InputError, match="not empty"):
        simulate(HospitalConfig(patients=1), hospital)


def test_drift_of_the_assay_moves_creatinine_after_the_middle(tmp_path: Path) -> None:
    config = HospitalConfig(patients=120, notes=False, embeddings=False)
    simulate(config, tmp_path / "still")
    simulate(HospitalConfig(patients=120, notes=False, embeddings=False, drift=Drift(assay=1.0)), tmp_path / "moved")
    still, moved = read_csv(tmp_path / "still", "observations"), read_csv(tmp_path / "moved", "observations")
    creatinine = still["CODE"] == "38483-4"
    late = still["DATE"] > "2020-01-01"
    ratio = moved["VALUE"][creatinine & late].astype(float) / still["VALUE"][creatinine & late].astype(float)
    assert 1.12 < ratio.mean() < 1.18
    assert still[~(creatinine & late)].equals(moved[~(creatinine & late)])
