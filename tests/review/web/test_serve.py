"""The page as it is served: processes, addresses, what is done beside requests, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from fastapi import FastAPI

from contract.errors import ConfigError, InputError
from review.settings import Settings
from review.web.diary import Diary
from review.web.keeper import Keeper
from review.web.serve import Serving, bound, for_browsers, judged, prepared
from tests.review.web.abuse.acting import act
from tests.review.web.conftest import ON_SQLITE, Enter


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "coders.example.org"])
def test_other_machines_come_by_tls_only(host: str) -> None:
    with pytest.raises(ConfigError, match="in clear"):
        judged(Serving(host))
    assert judged(Serving(host, proxy="10.0.0.5")).https


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_may_do_without(host: str) -> None:
    assert not judged(Serving(host)).https


def test_a_certificate_has_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="belong together"):
        judged(Serving(certificate=tmp_path))
    with pytest.raises(ConfigError, match="no file"):
        judged(Serving(certificate=tmp_path / "a.pem", key=tmp_path / "b.pem"))


def test_a_certificate_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_text("not a certificate", encoding="utf-8")
    with pytest.raises(ConfigError, match="belongs to it, both in PEM"):
        judged(Serving(certificate=tmp_path / "a.pem", key=tmp_path / "b.pem"))


@pytest.mark.parametrize("proxy", ["*", "nginx", "10.0.0.5,*", "10.0.0.5:80", "10.0.0.5/8", "0.0.0.0/0", "::/0"])
def test_a_proxy_is_an_address(proxy: str) -> None:
    with pytest.raises(ConfigError, match="is no address"):
        judged(Serving("10.0.0.4", proxy=proxy))
    assert judged(Serving("10.0.0.4", proxy="10.0.0.5, 10.0.0.8/29, ::1")).https


def test_what_no_process_could_start_with_is_told_before_any_does(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder of code tables"):
        prepared(Settings(tmp_path, tmp_path / "inbox", tables=tmp_path / "nowhere"))
    assert not (tmp_path / "phi-coders").exists()


def test_browsers_know_the_page_by_its_host(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path, hosts=("codes.example.org",))
    served = for_browsers(settings, Serving("10.0.0.4", proxy="10.0.0.5"))
    assert (served.hosts, served.https) == (("codes.example.org", "10.0.0.4"), True)
    assert for_browsers(settings, Serving("0.0.0.0", proxy="10.0.0.5")).hosts == settings.hosts


def test_a_port_that_is_taken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.web.serve.PATIENCE", 0.0)
    with bound(Serving(port=0)) as taken, pytest.raises(ConfigError, match="--port names another"):
        bound(Serving(port=taken.getsockname()[1]))


@ON_SQLITE
def test_the_keeper_takes_in_the_night_and_hands_over(hospital: FastAPI, enter: Enter) -> None:
    assert act(enter("coder")).status_code == 200
    keeper, other = (Keeper(hospital.state.house, Diary()) for _ in range(2))
    keeper.once()
    other.once()  # one at a time: this one does nothing
    inbox = hospital.state.house.settings.inbox
    assert sum(path.is_file() for path in inbox.rglob("*.ndjson")) == 1
    assert not hospital.state.house.desk.stale
    keeper.stop()
    other.once()
    assert other._held is not None
    other.stop()


@ON_SQLITE
def test_a_step_that_fails_is_told_once_and_stops_no_other(
    hospital: FastAPI, enter: Enter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert act(enter("coder")).status_code == 200
    monkeypatch.setattr(type(hospital.state.house.desk), "stale", property(lambda _: 1 / 0))
    keeper = Keeper(hospital.state.house, Diary())
    keeper.once()
    keeper.once()
    keeper.stop()
    assert caplog.text.count("ZeroDivisionError") == 1
    assert list(hospital.state.house.settings.inbox.rglob("*.ndjson"))


class Server:
    """`chartloom review` on the lake, at a port of its own."""

    def __init__(self, lake: Path) -> None:
        command = [sys.executable, "-m", "runner.cli", "review", "--lake", str(lake), "--port", "0", "--workers", "2"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_env()
        )
        assert self.process.stdout
        self.address = self.process.stdout.readline().split()[3]
        self.told = self.process.stdout.readline()
        until(lambda: len(self.workers()) == 2 and self.answers())

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health", timeout=20).json()["ok"] is True
        except httpx.HTTPError:
            return False

    def workers(self) -> list[int]:
        return [pid for child in psutil.Process(self.process.pid).children() if (pid := _worker(child))]


def _worker(child: psutil.Process) -> int:
    """0: it is gone, or none."""
    try:
        return 0 if "resource_tracker" in " ".join(child.cmdline()) else child.pid
    except psutil.Error:
        return 0


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    lake = tmp_path / "lake"
    lake.mkdir()
    made = Server(lake)
    yield made
    if made.process.poll() is None:
        made.process.kill()
    made.process.wait(30)


def test_it_serves_replaces_its_dead_and_stops_in_good_order(server: Server) -> None:
    assert "chartloom review user add" in server.told
    answer = httpx.get(f"{server.address}/login")
    assert answer.status_code == 200 and "server" not in answer.headers
    assert httpx.get(f"{server.address}/login", headers={"host": "evil.example"}).status_code == 400
    before = server.workers()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: before[0] not in server.workers() and len(server.workers()) == 2)
    until(server.answers)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0


def test_killed_it_leaves_nobody_behind(server: Server) -> None:
    workers = server.workers()
    server.process.kill()
    until(lambda: all(gone(pid) for pid in workers))
