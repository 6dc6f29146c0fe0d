"""Files of the inbox, one an hour: a line is whole, and on disk, before anybody counts on it."""

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

NAME = "decisions-%Y-%m-%dT%H.ndjson"  # the hour is UTC
OURS = re.compile(r"decisions-\d{4}-\d\d-\d\dT\d\d\.ndjson")
LOCK = ".writing"  # a source passes over names with a dot
PIECE = 1 << 16


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """One writer at a time among all processes; others wait. The lock goes with its process, however that ends."""
    make(folder)
    with os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        _sync(folder.parent)


def add(folder: Path, now: datetime, lines: Sequence[bytes]) -> None:
    """All or none, as far as readers of whole lines can tell."""
    path = folder / now.strftime(NAME)
    new = not path.exists()
    if new:
        mend(folder)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = _mended(handle)
        try:
            _write(handle, b"".join(lines), end)
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, end)
            raise
    finally:
        os.close(handle)
    if new:
        _sync(folder)


def mend(folder: Path) -> int:
    """Cut half lines that a killed writer left at the ends of files; how many files were mended."""
    return sum(_mend(path) for path in sorted(folder.iterdir()) if OURS.fullmatch(path.name))


def _mend(path: Path) -> bool:
    handle = os.open(path, os.O_RDWR)
    try:
        before = os.fstat(handle).st_size
        cut = _mended(handle) != before
        if cut:
            os.fsync(handle)
        return cut
    finally:
        os.close(handle)


def _mended(handle: int) -> int:
    """The size of the file, once what stands behind its last end of line is cut."""
    size = end = os.fstat(handle).st_size
    while end:
        start = max(0, end - PIECE)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        os.ftruncate(handle, end)
    return end


def _write(handle: int, said: bytes, at: int) -> None:
    while said:
        written = os.pwrite(handle, said, at)
        said, at = said[written:], at + written


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
