"""One line of the audit, and the digest that chains it to the one before. Who has no key cannot make one that fits."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from review.state.tables import audit

BATCH = 2000  # lines read at once


@dataclass(frozen=True, slots=True)
class Line:
    """`said`: JSON without PHI, as it was written."""

    seq: int
    time: datetime
    actor: str
    act: str
    chart_id: str | None
    said: str
    previous: str
    digest: str = ""

    def expected(self, key: bytes) -> str:
        told = [self.seq, self.time.isoformat(timespec="microseconds"), self.actor, self.act, self.chart_id, self.said]
        text = json.dumps([*told, self.previous], separators=(",", ":"))
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def fits(self, key: bytes) -> bool:
        return hmac.compare_digest(self.expected(key).encode(), self.digest.encode())


def last(connection: Connection) -> Line | None:
    row = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    return Line(*row) if row else None


def first(connection: Connection) -> Line | None:
    row = connection.execute(select(audit).order_by(audit.c.seq).limit(1)).one_or_none()
    return Line(*row) if row else None


def lines(connection: Connection, after: int = 0, batch: int = BATCH) -> Iterator[Line]:
    """All behind that number, in order, however many there are."""
    while True:
        query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(batch)
        rows = connection.execute(query).all()
        yield from (Line(*row) for row in rows)
        if len(rows) < batch:
            return
        after = rows[-1].seq
