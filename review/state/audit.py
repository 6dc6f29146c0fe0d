"""The audit: who saw and did what, line by line, each chained to the one before by a digest that needs our key."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from review.state import clock, head
from review.state.database import Database
from review.state.tables import audit

Said = str | int | float | bool | None
LONGEST = 128  # characters of one thing said: room for an id or a number, none for a note
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
    digest: str

    def expected(self, key: bytes) -> str:
        told = [self.seq, self.time.isoformat(timespec="microseconds"), self.actor, self.act, self.chart_id, self.said]
        text = json.dumps([*told, self.previous], ensure_ascii=True, separators=(",", ":"))
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def record(
    key: bytes,
    connection: Connection,
    actor: str,
    act: str,
    chart_id: str | None = None,
    said: Mapping[str, Said] | None = None,
) -> Line:
    """Within the transaction of what it tells of: both are on disk, or neither. Only inside Database.write()."""
    before = last(connection)
    seq, previous = (before.seq + 1, before.digest) if before else (1, "")
    line = Line(seq, clock.now(), actor, act, chart_id, _written(said or {}), previous, "")
    digest = line.expected(key)
    named = {name: getattr(line, name) for name in ("seq", "time", "actor", "act", "chart_id", "said", "previous")}
    connection.execute(insert(audit).values(**named, digest=digest))
    head.note(connection, head.Head(seq, digest, previous))
    return Line(**named, digest=digest)


def last(connection: Connection) -> Line | None:
    row = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).one_or_none()
    return Line(*row) if row else None


def lines(connection: Connection, after: int = 0) -> Iterator[Line]:
    """All behind that number, in order, however many there are."""
    while True:
        query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(BATCH)
        rows = connection.execute(query).all()
        yield from (Line(*row) for row in rows)
        if len(rows) < BATCH:
            return
        after = rows[-1].seq


def broken(database: Database) -> int | None:
    """The first line that was changed, taken out or put in; behind the last line where the end was cut off."""
    kept = head.kept(database.folder)
    seq, digest = 0, ""
    with database.read() as connection:
        for line in lines(connection):
            seq += 1
            fits = (
                line.seq == seq
                and line.previous == digest
                and hmac.compare_digest(line.expected(database.key), line.digest)
            )
            if not fits or (kept and kept.seq == seq and kept.digest != line.digest):
                return seq
            digest = line.digest
    cut = kept.seq > seq if kept else seq > 0
    return seq + 1 if cut else None


def _written(said: Mapping[str, Said]) -> str:
    for name, value in said.items():
        if not isinstance(value, Said) or len(str(value)) > LONGEST:
            raise ValueError(
                f"audit: {name}: ids and numbers are told, of at most {LONGEST} characters; never text of a chart"
            )
    return json.dumps(dict(said), sort_keys=True, ensure_ascii=True) if said else ""
