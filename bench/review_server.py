"""The real server of the coders' page for benches: started as a user starts it, killed as a power cut kills it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import func, select

from contract.errors import StageError
from review.settings import Settings
from review.state import sessions, tables, users
from review.state.database import Database

PATIENCE_S = 120.0
EVERY_S = 0.25
STEADY_S = 3.0


@dataclass(frozen=True)
class Seat:
    """A coder who has signed in."""

    name: str
    cookie: str = field(repr=False)
    csrf: str = field(repr=False)


@dataclass
class Server:
    """`log` holds what the server says; it is kept with the bench's --work folder."""

    settings: Settings
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Seconds until it answers."""
        began = time.monotonic()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command(self.settings, self.port), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        while not self._answers():
            if self.process.poll() is not None:
                raise StageError(f"the server ended at once; what it said is in {self.log}.")
            if time.monotonic() - began > PATIENCE_S:
                self.kill()
                raise StageError(f"the server did not answer within {PATIENCE_S:.0f} s; see {self.log}.")
            time.sleep(0.02)
        return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 of the parent and all workers at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def tree(self) -> list[psutil.Process]:
        if self.process is None:
            return []
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def cpu_s(self) -> float:
        spent = [process.cpu_times() for process in self.tree()]
        return sum(each.user + each.system for each in spent)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as asked:
                asked.sendall(
                    f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n".encode()
                )
                return b" 200 " in asked.recv(64)
        except OSError:
            return False


def command(settings: Settings, port: int) -> Sequence[str]:
    said = [sys.executable, "-m", "runner.cli", "review", "--lake", str(settings.lake), "--port", str(port)]
    return [*said, "--database", settings.database] if settings.database else said


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[Server]:
    server = Server(settings, free_port(), log)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def seats(database: Database, many: int) -> list[Seat]:
    """So many coders, each signed in; their passwords would only cost time."""
    found = []
    with database.write() as connection:
        for number in range(1, many + 1):
            name = f"coder{number}"
            user = users.named(connection, name) or users.add(connection, name, f"Coder {number}", "coder")
            session = sessions.begin(connection, user)
            found.append(Seat(name, f"chartloom={session.token}", session.csrf))
    return found


def charts(database: Database) -> int:
    """How many the worklist holds."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.charts)).scalar_one())


def filled(database: Database) -> int:
    """Waits until the server has taken over the published worklist, which it does in steps."""
    began, seen, since = time.monotonic(), -1, time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        now = charts(database)
        if now != seen:
            seen, since = now, time.monotonic()
        elif now and time.monotonic() - since > STEADY_S:
            return now
        time.sleep(0.2)
    raise StageError("the worklist stayed empty; has the lake a published night with phi/worklist?")


class Memory(threading.Thread):
    """The most that all processes of the server held at once, in MB; what they share counts once (PSS)."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._server, self._done = server, threading.Event()

    def run(self) -> None:
        while not self._done.wait(EVERY_S * 4):
            try:
                held = sum(process.memory_full_info().pss for process in self._server.tree())
            except (psutil.Error, FileNotFoundError):
                continue
            self.peak_mb = max(self.peak_mb, held / 2**20)

    def stop(self) -> float:
        self._done.set()
        self.join()
        return self.peak_mb
