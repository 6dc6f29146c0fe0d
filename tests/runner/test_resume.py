"""Nights that end early: killed, failed, out of disk; two at once; and engines that must agree."""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from contract.errors import LockError, StageError, StoreError
from runner.manifest import code_digest
from tests.runner.hospital import Hospital, condition, illness, note, patient, person, visit, weight

SMALL = {"kind": "serial", "batch_mb": 0.0005}


def filled(hospital: Hospital, people: int = 8) -> Hospital:
    keys = [f"p{n}" for n in range(people)]
    hospital.csv(
        "1",
        *map(person, keys),
        *(visit(key, f"v{key}", "2020-01-01") for key in keys),
        *(illness(key, "2020-01-01", "1") for key in keys),
        *(weight(key, f"2020-01-{day:02d}", 60 + day) for key in keys for day in range(1, 9)),
    )
    hospital.fhir("1", *(patient(key) for key in "ab"), condition("c", "a"), note("n", "b", "Normal"))
    return hospital


def more(hospital: Hospital) -> Hospital:
    hospital.csv("2", person("new"), illness("p1", "2021-01-01", "2"), weight("new", "2021-01-01", 50))
    return hospital


def counts(said: dict[str, Any]) -> dict[str, Any]:
    """Of a manifest what does not depend on time, engine or batches."""
    return {name: said[name] for name in ("sources", "balance", "quarantine", "persons", "coverage")}


def test_engines_and_batches_agree_to_the_byte(tmp_path: Path) -> None:
    engines = [{"kind": "serial"}, SMALL, {"kind": "pool", "workers": 2, "batch_mb": 0.0005}]
    found = []
    for number, engine in enumerate(engines):
        hospital = filled(Hospital(tmp_path / str(number), engine=engine))
        first = hospital.night()
        second = more(hospital).night()
        found.append((hospital.digests(), counts(first), counts(second)))
        assert len(first["batches"]) == 2 if number == 0 else len(first["batches"]) > 3
    assert found[0] == found[1] == found[2]


KILLED = """
import os, signal, sys
from pathlib import Path
from runner import nightly, batch
from runner.config import load
nightly.run(load(Path(sys.argv[1])), "nightly")
"""


def start(config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", KILLED, str(config)], start_new_session=True)


def kill_when(night: subprocess.Popen[bytes], lake: Path, pattern: str) -> None:
    end = time.monotonic() + 60
    while night.poll() is None and time.monotonic() < end:
        if any((lake / "work").glob(pattern)):
            os.killpg(night.pid, signal.SIGKILL)
            night.wait()
            return
        time.sleep(0.001)
    pytest.fail("the night ended before it could be killed")


def rows_of(hospital: Hospital) -> dict[str, int]:
    """Read from the files, not from the index."""
    return {name: len(hospital.table(name)) for name in hospital.snapshot.tables()}


def test_a_killed_night_is_taken_up(tmp_path: Path) -> None:
    alone, killed = (filled(Hospital(tmp_path / name, engine=SMALL), 16) for name in ("alone", "killed"))
    for hospital in (alone, killed):
        hospital.steps["measure"] = "tests.runner.steps:Measure"
        hospital.night()
        more(hospital)
        hospital.steps["measure"] = {
            "uses": "tests.runner.steps:Measure",
            "with": {"kind": "size"},
        }  # work for every batch
    before, digests, rows = killed.snapshot.id, killed.digests(), rows_of(killed)
    alone.night()
    kill_when(start(killed.configure()), killed.lake.root, "*/done/1.pickle")
    assert killed.snapshot.id == before and killed.digests() == digests
    assert rows_of(killed) == rows
    marked = {int(path.stem): mark(path) for path in (killed.lake.root / "work").glob("*/done/*.pickle")}
    code_digest.cache_clear()  # a night of its own process looks anew at the code that it runs
    said = killed.night()
    assert said["status"] == "published" and killed.digests() == alone.digests()
    assert {b["batch"]: b["peak_mb"] for b in said["batches"] if b["peak_mb"] == MARK} == marked
    assert len(marked) < len(said["batches"]) and not list((killed.lake.root / "work").iterdir())


MARK = 123456


def mark(done: Path) -> int:
    """A finished batch that can be told from one done again."""
    result = pickle.loads(done.read_bytes())
    result.peak_mb = MARK
    done.write_bytes(pickle.dumps(result))
    return MARK


def test_a_failed_step_leaves_the_snapshot_and_is_taken_up(tmp_path: Path) -> None:
    hospital = filled(Hospital(tmp_path))
    hospital.night()
    before = hospital.digests()
    more(hospital)
    hospital.steps["measure"] = "tests.runner.steps:Raises"
    with pytest.raises(StageError):
        hospital.night()
    assert hospital.digests() == before and hospital.last_run()["status"] == "failed"
    del hospital.steps["measure"]
    hospital.night()
    alone = filled(Hospital(tmp_path / "alone"))
    alone.night()
    more(alone).night()
    assert hospital.digests() == alone.digests()


def test_a_worker_that_dies_is_told(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[2])  # workers look for the step there
    filled(hospital).night()
    before = hospital.digests()
    hospital.engine = {"kind": "pool", "workers": 2, "batch_mb": 0.0005}
    hospital.steps["measure"] = "tests.runner.steps:Dies"
    with pytest.raises(StageError, match="a worker process died; lower"):
        hospital.night()
    assert hospital.digests() == before and hospital.last_run()["error"]["kind"] == "StageError"


def test_two_nights_at_once(hospital: Hospital) -> None:
    filled(hospital)
    with hospital.lake.lock(), pytest.raises(LockError, match="another run holds this lake"):
        hospital.night()
    assert hospital.night()["status"] == "published"


def test_what_a_night_killed_at_publication_left_is_cleared(hospital: Hospital) -> None:
    filled(hospital).night()
    snapshots, work = hospital.lake.root / "snapshots", hospital.lake.root / "work"
    now = hospital.snapshot.id
    for stray in (
        snapshots / ".29990101T000000Z",
        snapshots / "29990101T000000Z",
        work / "0123",
        snapshots / f".{now}",
    ):
        (stray / "phi").mkdir(parents=True)
        (stray / "phi" / "x.parquet").write_text("x")
    assert hospital.snapshot.id == now
    assert hospital.night()["status"] == "unchanged"
    assert [path.name for path in snapshots.iterdir()] == [now] and not list(work.iterdir())
    (snapshots / "29990101T000000Z").mkdir()
    more(hospital).night()
    assert sorted(path.name for path in snapshots.iterdir()) == [now, hospital.snapshot.id]


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A disk of its own of 12 MB, where one can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no small disk can be mounted here: a disk that fills up in the middle is not tested")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_fills_up_in_the_middle(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.spooling.SPARE_BYTES", 0)
    hospital = Hospital(small_disk)
    hospital.csv("1", person("p1"))
    hospital.night()
    before = hospital.digests()
    hospital.csv(
        "2", *(person(f"q{n}") for n in range(30)), *(illness(f"q{n % 30}", "2020-01-01", str(n)) for n in range(5000))
    )
    (small_disk / "ballast").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - (1 << 20)))
    with pytest.raises(StoreError, match="the disk is full") as raised:
        hospital.night()
    assert raised.value.exit_code == 4 and hospital.digests() == before
    (small_disk / "ballast").unlink()
    assert hospital.night()["status"] == "published" and len(hospital.ids("Condition")) == 5000
