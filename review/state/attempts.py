"""How often a sign-in may fail: by name and by address, each with a wait that doubles.

A name may fail five times within 15 minutes, an address fifty times (a ward behind one address); then comes a wait of
15 seconds, which doubles with each further failure up to 15 minutes. A success clears the name, not the address. Each
attempt is counted before its password is looked at, so that many at once are no way round. Names are kept as digests:
people type passwords into the wrong field.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from review.state import clock, users
from review.state.tables import attempts

WINDOW = timedelta(minutes=15)
FREE_OF_NAME, FREE_OF_ADDRESS = 5, 50
FIRST_WAIT, LONGEST_WAIT = 15.0, 900.0  # seconds


@dataclass(frozen=True, slots=True)
class Door:
    """Who knocks: digests of the name that was typed, and where from."""

    name: str
    address: str

    @classmethod
    def of(cls, key: bytes, name: str, address: str) -> "Door":
        digest = hmac.new(key, b"name " + users.folded(name).encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return cls(digest, _network(address)[:64])


def waits(connection: Connection, door: Door) -> float:
    """Seconds until the next attempt is looked at; 0: now."""
    by_name = _wait(connection, attempts.c.name == door.name, FREE_OF_NAME)
    return max(by_name, _wait(connection, attempts.c.address == door.address, FREE_OF_ADDRESS))


def count(connection: Connection, door: Door) -> None:
    connection.execute(delete(attempts).where(attempts.c.time < clock.now() - 2 * WINDOW))
    connection.execute(insert(attempts).values(name=door.name, address=door.address, time=clock.now()))


def forgive(connection: Connection, key: bytes, name: str) -> None:
    """She has been given a new password, and need not wait."""
    clear(connection, Door.of(key, name, ""))


def clear(connection: Connection, door: Door) -> None:
    """Of the name: she has signed in."""
    connection.execute(delete(attempts).where(attempts.c.name == door.name))


def _wait(connection: Connection, those: ColumnElement[bool], free: int) -> float:
    now = clock.now()
    query = select(func.count(), func.max(attempts.c.time)).where(those, attempts.c.time > now - WINDOW)
    failed, latest = connection.execute(query).one()
    if failed < free:
        return 0.0
    wait = min(FIRST_WAIT * 2.0 ** min(failed - free, 20), LONGEST_WAIT)
    latest_time: datetime = latest
    return max(0.0, (latest_time + timedelta(seconds=wait) - now).total_seconds())


def _network(address: str) -> str:
    """Of IPv6 the first half: one household or ward has all of the second."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
