"""What a command costs: CPU-seconds, wall time, peak memory and bytes written of its whole process tree."""

import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from contract.errors import StageError

EVERY_S = 0.05
"""Memory is sampled this often; a shorter peak of one process is still seen by the kernel's own maximum."""


@dataclass(frozen=True)
class Cost:
    """`peak_mb`: most memory held at once by all processes of the tree; pages they share count once a process."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    written_bytes: int  # handed to write(), caches included: what the disk sees at most
    exit_code: int


def measure(command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None) -> Cost:
    """Runs `command` in its own process group with output in `log`. The tree must reap its children to be counted."""
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with log.open("wb") as out:
        child = subprocess.Popen(
            list(command),
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    sampler = _Sampler(child.pid)
    sampler.start()
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    except BaseException:  # the bench is interrupted: nothing it started stays behind
        os.killpg(child.pid, signal.SIGKILL)
        raise
    wall, written = time.monotonic() - began, _written(child.pid)
    sampler.stop()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # reaped here: Popen must not wait for it again
    peak = max(sampler.peak_mb, used.ru_maxrss / 1024)
    return Cost(used.ru_utime + used.ru_stime, wall, peak, written, child.returncode)


def must(cost: Cost, what: str, log: Path) -> Cost:
    """The same cost, or a clear end when the command failed: a bench never reports a run that broke."""
    if cost.exit_code:
        raise StageError(
            f"{what} ended with exit code {cost.exit_code}, expected 0. Its output is in {log.name} under the "
            "bench's --work folder (give --work to keep it); mend the cause and run the bench again."
        )
    return cost


@dataclass(frozen=True)
class Noise:
    """Of repeats of one measurement: the median, and the spread from least to most as a share of it."""

    median: float
    spread: float
    repeats: int


def noise(values: Sequence[float]) -> Noise:
    middle = statistics.median(values)
    return Noise(middle, (max(values) - min(values)) / middle if middle else 0.0, len(values))


class _Sampler(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(EVERY_S):
            self.peak_mb = max(self.peak_mb, _resident_mb(self._pid))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _resident_mb(pid: int) -> float:
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:  # the process ended between two samples
        return 0.0
    return sum(_rss(process) for process in tree) / 2**20


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # ended between listing and asking
        return 0


def _written(pid: int) -> int:
    """Bytes written by the ended, not yet reaped process `pid` and the children it reaped; 0 where /proc is absent."""
    account = Path(f"/proc/{pid}/io")
    try:
        lines = account.read_text().splitlines()
    except OSError:  # no /proc, or not allowed: the figure is then missing, not wrong
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar:"))
