"""The time, from one place that tests can set: UTC without zone, as the database keeps it."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


read: Callable[[], datetime] = _system


def now() -> datetime:
    return read()
