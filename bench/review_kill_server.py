"""What bench.review_kill breaks: the page's server, and the PostgreSQL behind it."""

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil


@dataclass
class Postgres:
    """A real PostgreSQL from the wheel of pgserver, in a folder of its own."""

    folder: Path
    _server: Any = field(default=None, init=False, repr=False)

    def start(self) -> str:
        """Its URL."""
        from pgserver.postgres_server import get_server

        self._server = get_server(self.folder)
        found: str = self._server.get_uri()
        return found.replace("postgresql://", "postgresql+psycopg://")

    def kill(self) -> None:
        """kill -9 of the postmaster and all that it started."""
        root = psutil.Process(self._server.get_pid())
        every = [root, *root.children(recursive=True)]
        for process in every:
            _kill(process)
        psutil.wait_procs(every, timeout=10)

    def again(self) -> None:
        """Started after it was killed: it reads its log and goes on."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        if self._server is not None:
            self._server.cleanup()


def _kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:  # ended by itself
        return
