"""A source that cannot be read tonight is left out, and said so; the night goes on with the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from contract.errors import InputError
from runner.mishaps import CLOSED, unreadable


class SourceRefused(InputError):
    """Which source, and why; the reason is the message of the error it comes from."""

    def __init__(self, source: str, reason: InputError) -> None:
        super().__init__(f"source {source}: {reason}")
        self.source = source


@contextmanager
def reading(source: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise SourceRefused(source, error) from error
    except OSError as error:
        if error.errno not in CLOSED or not error.filename:
            raise
        reason = unreadable(error)
        raise SourceRefused(source, reason) from reason
