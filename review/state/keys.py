"""The key of the coders' page: 32 random bytes in a file beside the database, made once."""

import os
import secrets
from pathlib import Path

from sqlalchemy import Connection

from contract.errors import ConfigError
from review.state import chain

NAME, LENGTH = "review.key", 32
RESTORE = "Restore the file from a backup: without it the audit cannot be checked, and a new one would hide that."


def load(folder: Path, connection: Connection) -> bytes:
    """Made where there is none and the audit is empty. The caller sees to it that one does so at a time."""
    path = folder / NAME
    first, last = chain.first(connection), chain.last(connection)
    if not path.exists():
        if first:
            raise ConfigError(f"review: {path} is gone, but the audit has lines that were made with it. {RESTORE}")
        _make(path)
    key = _read(path)
    if len(key) != LENGTH:
        raise ConfigError(f"review: {path} has {len(key)} bytes; {LENGTH} were expected. {RESTORE}")
    if first and last and not first.fits(key) and not last.fits(key):
        raise ConfigError(f"review: {path} is not the key with which the audit was made. {RESTORE}")
    path.chmod(0o600)
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"review: {path} cannot be read: {error.strerror}. It belongs to who runs the page."
        ) from None


def _make(path: Path) -> None:
    """Whole on disk under its name, or not there."""
    made = path.with_suffix(f".{os.getpid()}")
    made.unlink(missing_ok=True)
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
