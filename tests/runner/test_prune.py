"""`chartloom prune`: what goes, what stays, and what the lake says of it afterwards."""

import pytest
from typer.testing import CliRunner, Result

from contract.errors import InputError, LockError
from runner import cli
from tests.runner.hospital import Hospital, person, weight

NIGHTS = 4


def prune(hospital: Hospital, *words: str) -> Result:
    return CliRunner().invoke(cli.app, ["prune", "--lake", str(hospital.lake.root), *words])


@pytest.fixture
def aged(hospital: Hospital) -> Hospital:
    """A lake of several nights, of which all are kept."""
    hospital.csv("2026-01", person("p1"), person("p2"))
    for night in range(NIGHTS):
        hospital.csv(f"2026-02-{night}", weight("p1", f"2020-01-0{night + 1}", 70))
        hospital.night(keep_snapshots=NIGHTS)
    return hospital


def names(hospital: Hospital, folder: str) -> list[str]:
    return sorted(path.name for path in (hospital.lake.root / folder).iterdir())


def test_the_published_snapshot_stays(aged: Hospital) -> None:
    before = names(aged, "snapshots")
    said = prune(aged)
    assert said.exit_code == 0 and f"{NIGHTS - 1} snapshots" in said.stdout and " freed" in said.stdout
    assert names(aged, "snapshots") == [aged.snapshot.id] == before[-1:]
    assert len(aged.column("phi/timeline", "code")) and len(names(aged, "runs")) == NIGHTS


def test_what_is_kept_are_the_newest(aged: Hospital) -> None:
    before = names(aged, "snapshots"), names(aged, "runs")
    assert prune(aged, "--keep", "2", "--keep-runs", "3").exit_code == 0
    assert (names(aged, "snapshots"), names(aged, "runs")) == (before[0][-2:], before[1][-3:])
    assert "0 snapshots" in prune(aged, "--keep", "9", "--keep-runs", "9").stdout


def test_halves_of_killed_nights_go(aged: Hospital) -> None:
    (aged.lake.root / "snapshots" / ".20261120T230000Z").mkdir()
    prune(aged, "--keep", str(NIGHTS))
    assert len(names(aged, "snapshots")) == NIGHTS and names(aged, "snapshots")[0][0] != "."


def test_it_never_runs_beside_a_night(aged: Hospital) -> None:
    with aged.lake.lock():
        assert isinstance(prune(aged).exception, LockError)
    assert len(names(aged, "snapshots")) == NIGHTS


def test_it_never_runs_beside_a_first_night(hospital: Hospital) -> None:
    with hospital.lake.lock():
        assert isinstance(prune(hospital).exception, LockError)
    assert isinstance(prune(hospital).exception, InputError)


def test_a_folder_that_is_no_lake_is_left_alone(hospital: Hospital) -> None:
    assert isinstance(prune(hospital).exception, InputError)
    assert not hospital.lake.root.exists()
    assert prune(hospital, "--keep", "0").exit_code == 2
