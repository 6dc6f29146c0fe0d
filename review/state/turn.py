"""Writers one after the other: those of one process queue on a lock, processes of one machine on a file.

SQLite alone makes a writer who finds another at work sleep for a while, up to a tenth of a second, and look again;
under load one of two processes then waits for seconds. Here who waits looks every millisecond.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, get_ident

from contract.errors import StoreError
from review.state.engines import PATIENCE

FILE = "writers.lock"
LOOK = 0.001  # seconds


class Busy(StoreError):
    """Another writer has not let go; nothing was written. To be tried again."""


class Turn:
    """`folder`: where the file lies; None: the database makes processes wait by itself, as PostgreSQL does."""

    def __init__(self, folder: Path | None) -> None:
        self._lock, self._whose, self._folder = Lock(), 0, folder
        self._file: int | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        if self._whose == get_ident():
            raise RuntimeError("Database.write() within Database.write(): hand the connection down")
        until = time.monotonic() + PATIENCE
        if not self._lock.acquire(timeout=PATIENCE):
            raise _busy()
        self._whose = get_ident()
        try:
            with self._among_processes(until):
                yield
        finally:
            self._whose = 0
            self._lock.release()

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _among_processes(self, until: float) -> Iterator[None]:
        """The kernel lets go for a process that dies."""
        if self._folder is None:
            yield
            return
        if self._file is None:
            self._file = os.open(self._folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while not _got(self._file):
            if time.monotonic() > until:
                raise _busy()
            time.sleep(LOOK)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)


def _got(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy() -> Busy:
    return Busy(f"The database has been busy for {PATIENCE} seconds. Nothing was written; please try again.")
