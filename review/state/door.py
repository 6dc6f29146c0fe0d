"""Sessions of people who have not signed in: only a cookie, which the page knows again by its key.

They guard the sign-in form against other sites, and nothing else. A stranger may ask for as many as she likes.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from review.state import clock
from review.state.sessions import NAMELESS, Session

BEGAN = datetime(2020, 1, 1)
LONGEST = 128


def made(key: bytes) -> Session:
    since = (clock.now() - BEGAN) // timedelta(seconds=1)
    said = f"{secrets.token_urlsafe(24)}.{since}"
    return _session(key, f"{said}.{_signed(key, 'cookie', said)}")


def known(key: bytes, cookie: str) -> Session | None:
    """None: not made here, or too long ago."""
    said, _, signature = cookie[:LONGEST].rpartition(".")
    if not hmac.compare_digest(_signed(key, "cookie", said), signature.encode("ascii", "replace").decode()):
        return None
    since = timedelta(seconds=int(said.rpartition(".")[2]))
    return _session(key, cookie) if clock.now() - BEGAN - since <= NAMELESS else None


def _session(key: bytes, token: str) -> Session:
    return Session(token, None, _signed(key, "form", token))


def _signed(key: bytes, what: str, said: str) -> str:
    return hmac.new(key, f"door/{what}/{said}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:43]
