"""The killer kills the whole group, and tells a night that was killed from one that had ended."""

import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from bench.crash import Stage, readable, start_and_kill
from bench.night import Hospital
from store.lake import Lake

NIGHT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep({seconds})'])"


@dataclass(frozen=True)
class Sleepy(Hospital):
    """A night that only waits, in a child as workers do."""

    seconds: float = 0

    def command(self) -> list[str]:
        return [sys.executable, "-c", NIGHT.format(seconds=self.seconds)]


def test_a_running_night_dies_with_its_workers(tmp_path: Path) -> None:
    assert start_and_kill(Sleepy(tmp_path, seconds=77.5), 0.5)
    left = [p for p in psutil.process_iter(["cmdline"]) if "time.sleep(77.5)" in " ".join(p.info["cmdline"] or ())]
    _, alive = psutil.wait_procs(left, timeout=5)  # the kernel takes a moment
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_night_that_ended_was_not_killed(tmp_path: Path) -> None:
    assert not start_and_kill(Sleepy(tmp_path), 0.6)


@pytest.mark.parametrize(("before", "held"), [(None, True), ({("phi/notes", "0"): "x"}, False)])
def test_a_lake_without_snapshot_is_right_only_where_there_was_none(
    tmp_path: Path, before: dict[tuple[str, str], str] | None, held: bool
) -> None:
    stage = Stage(tmp_path, before, {("phi/notes", "0"): "y"}, 1.0)
    assert readable(Lake(tmp_path / "lake"), stage) is held


def test_a_damaged_lake_is_not_readable(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.create()
    (tmp_path / "current").symlink_to(Path("snapshots") / "gone")
    assert not readable(lake, Stage(tmp_path, None, {}, 1.0))
