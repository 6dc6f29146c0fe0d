"""Whether the coders' page has a database, looked at without making one or changing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from contract.errors import InputError
from review.settings import Settings
from review.state import migrating
from review.state.engines import engines, named


def there(settings: Settings) -> bool:
    with reading(settings) as connection:
        return connection is not None


@contextmanager
def reading(settings: Settings) -> Iterator[Connection | None]:
    """None: there is none, or nothing in it. Raises InputError where a server does not answer."""
    if _absent(settings):
        yield None
        return
    writer, reader = engines(settings)
    try:
        try:
            connection = reader.connect()
        except DBAPIError as error:
            raise InputError(
                f"review: the database {named(reader)} cannot be used ({type(error.orig).__name__}). "
                "Is the server running, and do user, password and name of the database fit? See review: database."
            ) from None
        with connection:
            yield connection if migrating.version(connection) else None
    finally:
        writer.dispose()
        reader.dispose()


def _absent(settings: Settings) -> bool:
    url = make_url(settings.url)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()
