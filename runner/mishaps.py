"""Errors of the operating system that a person can mend, told as such: disk full, a file that may not be read."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.errors import ChartloomError, InputError, StoreError

FULL = (errno.ENOSPC, errno.EDQUOT)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def foreseen(lake: Path | None = None) -> Iterator[None]:
    """Raises what a person can mend as an error that says how; others as they are."""
    try:
        yield
    except OSError as error:
        told = _told(error, lake)
        if told is None:
            raise
        raise told from error


def _told(error: OSError, lake: Path | None) -> ChartloomError | None:
    if error.errno in FULL:
        return StoreError(
            "the disk is full; the last snapshot stands as it was. Free some space (`chartloom prune` drops old "
            "snapshots) and run again: finished work is taken up."
        )
    if error.errno not in CLOSED or not error.filename:
        return None
    if lake and Path(str(error.filename)).absolute().is_relative_to(lake.absolute()):
        return StoreError(
            f"{error.filename} of the lake may not be read or written ({error.strerror}). Work as the user who owns "
            "the lake, or give this one the right (`chown -R`)."
        )
    return unreadable(error)


def unreadable(error: OSError) -> InputError:
    return InputError(
        f"{error.filename}: the file or folder may not be opened ({error.strerror}). Give this user the right "
        "(`chmod`, `chown`), run again."
    )
