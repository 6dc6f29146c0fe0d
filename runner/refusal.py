"""A source that cannot be read tonight is left out, and said so; the night goes on with the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from contract.errors import InputError


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
