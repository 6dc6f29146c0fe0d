"""The meter counts the whole process tree, and a command that failed is never reported as a figure."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import measure, must, noise
from contract.errors import StageError

BURN = "import time\nwhile time.process_time() < .3: pass"
TREE = f"import subprocess, sys\nfor _ in 'ab': subprocess.run([sys.executable, '-c', {BURN!r}])"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_cpu_of_children_counts(tmp_path: Path) -> None:
    assert measure(python(TREE), tmp_path / "log").cpu_s > 0.6


def test_peak_memory_is_seen(tmp_path: Path) -> None:
    held = python("import time; b = bytearray(200 << 20); time.sleep(.2)")
    meter = (
        f"import bench.measure as m, pathlib as p; print(m.measure({held}, p.Path({str(tmp_path / 'log')!r})).peak_mb)"
    )
    said = subprocess.run(python(meter), capture_output=True, text=True, check=True)  # a fork begins as large as we are
    assert 200 < float(said.stdout) < 300


def test_bytes_written_count(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'out')!r}, 'wb').write(bytes(3_000_000))"
    assert 3_000_000 <= measure(python(code), tmp_path / "log").written_bytes < 3_100_000


def test_a_failure_is_no_figure(tmp_path: Path) -> None:
    cost = measure(python("raise SystemExit(3)"), tmp_path / "log")
    assert cost.exit_code == 3
    with pytest.raises(StageError, match="exit code 3"):
        must(cost, "the night", tmp_path / "log")


def test_output_goes_to_the_log_and_settings_to_the_child(tmp_path: Path) -> None:
    measure(python("import os; print(os.environ['GREETING'])"), tmp_path / "log", env={"GREETING": "hello"})
    assert (tmp_path / "log").read_text() == "hello\n"


def test_noise_is_the_spread_around_the_median() -> None:
    found = noise([2.0, 2.2, 1.8])
    assert (found.median, found.repeats) == (2.0, 3)
    assert found.spread == pytest.approx(0.2)
