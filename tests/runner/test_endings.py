"""Nights that end badly say why: to the terminal in full, to the lake without names; and what they publish stands."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from contract.errors import CheckFailed, InputError, Interrupted, StoreError
from runner import cli, nightly
from runner.config import load
from runner.query import query
from runner.withheld import without_names
from store.lake import Lake
from tests.runner.hospital import Hospital, illness, person, weight

SHARE = {"share": "etl.rules.thresholds:QuarantineShare"}


def call(hospital: Hospital, *words: str) -> Result:
    return CliRunner().invoke(cli.app, [*words, "--lake", str(hospital.lake.root)])


def spoiled(hospital: Hospital) -> Hospital:
    hospital.checks = dict(SHARE)
    hospital.csv("1", person("p"), *(illness("p", "1020-01-01", f"{n}") for n in range(60)))
    return hospital


def test_a_night_stopped_by_a_check_shows_its_quarantine(hospital: Hospital) -> None:
    with pytest.raises(CheckFailed, match="Most of the quarantine: conditions date-range 60") as raised:
        spoiled(hospital).night()
    run = hospital.last_run()["run_id"]
    assert any(f"runs/{run}/report.html" in note for note in raised.value.__notes__)
    said = json.loads(call(hospital, "quarantine", "--json", "--failed").stdout)
    assert [(entry["rule"], entry["rows"]) for entry in said] == [("date-range", 60)]
    assert "1020-01-01" in call(hospital, "quarantine", "show", "--failed", "--phi").stdout
    folder = hospital.lake.root / "phi-failed"
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]} == {0}
    shown = call(hospital, "status").stdout
    assert f"run {run} failed: the night is not published" in shown and "date-range 60" in shown


def test_a_damaged_quarantine_is_the_lakes_error(hospital: Hospital) -> None:
    hospital.csv("1", person("p"), illness("p", "1020-01-01", "1"))
    hospital.night()
    hospital.snapshot.paths("phi/quarantine")[0].write_bytes(b"garbage")
    assert isinstance(call(hospital, "quarantine").exception, StoreError)


def test_a_published_night_ends_what_the_failed_one_kept(hospital: Hospital) -> None:
    with pytest.raises(CheckFailed):
        spoiled(hospital).night()
    hospital.csv("1", person("p"))
    hospital.night()
    assert not (hospital.lake.root / "phi-failed").exists() and " failed: " not in call(hospital, "status").stdout
    assert isinstance(call(hospital, "quarantine", "--failed").exception, InputError)


@pytest.mark.parametrize("delivery", ["full", "delta"])
def test_a_file_cut_short_is_told_on_the_first_night(delivery: str, hospital: Hospital) -> None:
    hospital.checks, hospital.delivery = dict(SHARE), delivery
    rows = [weight("p", f"20{year}-01-01", 60) for year in range(10, 90)]
    whole = hospital.csv("1", person("p"), *rows) / "observations.csv"
    packed = gzip.compress(whole.read_bytes())
    whole.with_name("observations.csv.gz").write_bytes(packed[: len(packed) - 20])
    whole.unlink()
    if delivery == "full":
        with pytest.raises(CheckFailed, match=r"csv: 1 file\(s\) damaged or cut short"):
            hospital.night()
    else:
        lines = hospital.night()["checks"]["share"]["lines"]
        assert any("1 file(s) damaged or cut short" in line for line in lines)


class Pressed:
    """Progress under which somebody presses Ctrl-C after the second batch."""

    done = 0

    def start(self, part: str, total: int, unit: str) -> None: ...

    def finish(self, part: str) -> None: ...

    def advance(self, part: str, done: int) -> None:
        self.done += done * (part == "batches")
        if self.done == 2:
            raise KeyboardInterrupt


def test_an_interrupted_night_says_how_far_it_came_and_is_resumed(hospital: Hospital) -> None:
    hospital.engine = {"kind": "serial", "batch_mb": 0.0001}
    hospital.csv("1", *(person(f"p{n}") for n in range(8)))
    with pytest.raises(Interrupted, match="interrupted; 2 of 4 batches are done, run again to resume") as raised:
        nightly.run(load(hospital.configure()), "nightly", Pressed())
    assert raised.value.exit_code == 130 and hospital.last_run()["status"] == "interrupted"
    assert hospital.lake.current() is None and "interrupted" in call(hospital, "status").stdout
    assert hospital.night()["status"] == "published"


def test_ctrl_c_ends_any_command_with_130() -> None:
    code = """if True:
        import sys, runner.cli, runner.status
        def pressed(*_): raise KeyboardInterrupt
        runner.status.status = pressed
        sys.argv = ["chartloom", "status"]
        runner.cli.main()"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 130 and "Traceback" not in said.stderr


def test_what_cannot_be_dropped_after_publication_fails_no_night(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied", "x")

    hospital.csv("1", person("p"))
    monkeypatch.setattr(Lake, "prune", refuse)
    assert hospital.night()["status"] == hospital.last_run()["status"] == "published"


def test_a_night_killed_after_publication_gets_its_account_from_the_snapshot(hospital: Hospital) -> None:
    hospital.csv("1", person("p"))
    said = hospital.night()
    folder = hospital.lake.root / "runs" / said["run_id"]
    (folder / "manifest.json").unlink()
    (folder / "report.html").unlink()
    hospital.night()
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (found["status"], found["tables"]) == ("published", said["tables"]) and (folder / "report.html").exists()


def test_files_that_may_not_be_read(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    hospital.csv("1", person("p"))
    monkeypatch.setattr("runner.inbox._sha256", closed)
    with pytest.raises(InputError, match=r"patients.csv: the file or folder may not be opened"):
        hospital.night()
    assert "patients.csv" not in json.dumps(hospital.last_run())


def test_a_source_left_out_is_told_in_full_and_written_without_names(
    hospital: Hospital,
) -> None:
    hospital.csv("1", person("p"))
    folder = hospital.root / "inbox" / "csv2"
    folder.mkdir()
    (folder / "Tulip_Anna.txt").write_text("x")
    heard: list[str] = []
    said = nightly.run(load(hospital.configure()), "nightly", tell=heard.append)
    assert list(said["refused"]) == ["csv2"] and "[name withheld]" not in heard[0]
    assert "Tulip" not in json.dumps(said)


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("/tmp/stranger/a/tulip.csv: no header", "/tmp/stranger/[name withheld]/[name withheld]: no header"),
        ("a table tulip.csv.", "a table [name withheld]."),
        ("group 'a' and `a`", "group '[name withheld]' and `[name withheld]`"),
        ("not-tulip.csv, tulip.csv2", "not-tulip.csv, tulip.csv2"),
    ],
)
def test_only_whole_names_are_withheld(tmp_path: Path, message: str, left: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "tulip.csv").touch()
    assert without_names(message, [tmp_path]) == left


def test_a_lake_that_may_not_be_written(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Lake) -> None:
        raise PermissionError(13, "Permission denied", str(self.root / "snapshots"))

    hospital.csv("1", person("p"))
    monkeypatch.setattr(Lake, "create", refuse)
    with pytest.raises(StoreError, match="Work as the user who owns the lake"):
        hospital.night()


@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_a_damaged_snapshot_is_the_lakes_error(hospital: Hospital, damage: str) -> None:
    hospital.csv("1", person("p"))
    hospital.night()
    path = hospital.snapshot.paths("phi/fhir/Patient")[0]
    path.unlink() if damage == "gone" else path.write_bytes(b"garbage")
    with pytest.raises(StoreError, match=r"snapshot .* is damaged: phi/fhir/Patient/.*parquet"):
        list(query(hospital.lake.root, "from phi.fhir.Patient", phi=True)[1])
    hospital.csv("2", illness("p", "2020-01-01", "1"))
    with pytest.raises(StoreError, match=r"snapshot .* is damaged"):
        hospital.night()
