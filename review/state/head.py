"""The end of the audit, kept in a file beside the database, so that a cut end is seen.

Written after the transaction, on disk before anyone is told. It moves on only from a line that the database still has:
where lines were cut off, it stays where it was, and `audit.broken` says so. Whoever can write the database and this
file can cut both; only a copy of this file that is kept elsewhere shows that.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from review.state.tables import audit

NAME = "audit.head"
NOTED = "audit head"  # in Connection.info


@dataclass(frozen=True, slots=True)
class Head:
    seq: int
    digest: str
    previous: str = ""


def note(connection: Connection, head: Head) -> None:
    """To be kept when the transaction is through."""
    first = connection.info.get(NOTED)
    connection.info[NOTED] = (first[0] if first else head, head)


def forget(connection: Connection) -> tuple[Head, Head] | None:
    """The first and the last line of the transaction, if it wrote any."""
    noted: tuple[Head, Head] | None = connection.info.pop(NOTED, None)
    return noted


def kept(folder: Path) -> Head | None:
    try:
        return _read((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None


def keep(folder: Path, connection: Connection, first: Head, last: Head) -> None:
    """`connection` reads what is committed."""
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        old = _read(os.pread(descriptor, 200, 0))
        if old is None or (old.seq < last.seq and _follows(connection, old, first)):
            os.pwrite(
                descriptor, f"{last.seq:020d} {last.digest}\n".encode(), 0
            )  # always as long: nothing is left over
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _follows(connection: Connection, old: Head, first: Head) -> bool:
    if old.seq == first.seq - 1:
        return old.digest == first.previous
    found = connection.execute(select(audit.c.digest).where(audit.c.seq == old.seq)).scalar_one_or_none()
    return found == old.digest


def _read(raw: bytes) -> Head | None:
    words = raw.decode("ascii", "replace").split()
    return Head(int(words[0]), words[1]) if len(words) == 2 and words[0].isdigit() else None
