"""The audit: who saw and did what, in lines that are written once and chained (state/chain.py)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select

from review.state import chain, clock, head
from review.state.chain import Line
from review.state.database import Database
from review.state.tables import audit

Said = str | int | float | bool | None
LONGEST = 128  # characters of one thing said: room for an id or a number, none for a note
SHOWN = 500  # lines at once
lines = chain.lines


def by_system(user: str) -> str:
    """Who acts from the command line, as the system knows her; no user of the page is called so."""
    return f"system:{user}"[:64]


def record(
    key: bytes,
    connection: Connection,
    actor: str,
    act: str,
    chart_id: str | None = None,
    said: Mapping[str, Said] | None = None,
) -> Line:
    """In the transaction of what it tells of: both are on disk, or neither. Only inside Database.write()."""
    before = chain.last(connection)
    seq, previous = (before.seq + 1, before.digest) if before else (1, "")
    line = Line(seq, clock.now(), actor, act, chart_id, _written(said or {}), previous)
    line = replace(line, digest=line.expected(key))
    connection.execute(insert(audit).values(asdict(line)))
    head.note(connection, head.Head(seq, line.digest, previous))
    return line


@dataclass(frozen=True, slots=True)
class Filter:
    """Nothing: all. `before`: lines with a smaller number, to page through them."""

    actor: str | None = None
    act: str | None = None
    chart_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def shown(connection: Connection, which: Filter, limit: int = SHOWN) -> list[Line]:
    """The newest first."""
    kept = audit.c
    named = ((kept.actor, which.actor), (kept.act, which.act), (kept.chart_id, which.chart_id))
    wanted = [column == value for column, value in named if value]
    wanted += [kept.time >= which.since] if which.since else []
    wanted += [kept.time < which.until] if which.until else []
    wanted += [kept.seq < which.before] if which.before else []
    rows = connection.execute(select(audit).where(*wanted).order_by(kept.seq.desc()).limit(limit))
    return [Line(*row) for row in rows]


def broken(database: Database) -> int | None:
    """The first line that was changed, taken out or put in; behind the last one where the end was cut off."""
    with database.read() as connection:
        for batch in (chain.BATCH, 1):  # one by one where something stands in a column that it cannot hold
            fitting, ended = _fitting(connection, database, batch)
            if ended is not None:
                kept = head.kept(database.folder)
                cut = kept.seq > fitting if kept else fitting > 0
                return fitting + 1 if not ended or cut else None
    return fitting + 1


def _fitting(connection: Connection, database: Database, batch: int) -> tuple[int, bool | None]:
    """How many lines fit from the first on, and whether those are all; None: the next ones cannot be read."""
    kept = head.kept(database.folder)
    seq, digest = 0, ""
    try:
        for line in lines(connection, batch=batch):
            fits = line.seq == seq + 1 and line.previous == digest and line.fits(database.key)
            if not fits or (kept and kept.seq == line.seq and kept.digest != line.digest):
                return seq, False
            seq, digest = line.seq, line.digest
    except (ValueError, TypeError, AttributeError):
        return seq, None
    return seq, True


def exported(connection: Connection) -> Iterator[str]:
    """All lines as NDJSON, with what it takes to check them elsewhere."""
    for line in lines(connection):
        said = json.loads(line.said) if line.said else {}
        yield json.dumps({**asdict(line), "time": line.time.isoformat(timespec="microseconds") + "Z", "said": said})


def _written(said: Mapping[str, Said]) -> str:
    for name, value in said.items():
        if not isinstance(value, Said) or len(str(value)) > LONGEST:
            raise ValueError(f"audit: {name}: what is said is an id or a number of at most {LONGEST} characters")
    return json.dumps(dict(said), sort_keys=True) if said else ""
