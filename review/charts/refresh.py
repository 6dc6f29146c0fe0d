"""The worklist of the published night brought into table charts: new, changed, reopened, gone, back again.

Done in small transactions, so that coders wait for none; done twice, or by two processes, it changes nothing more.
"""

import fcntl
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, update

from review.charts.bringing import Batch
from review.charts.night import Night
from review.charts.tonight import WORKLIST, Listed, tonight
from review.state.database import Database
from review.state.tables import charts

AT_ONCE = 200  # charts of one transaction
PAUSE = 0.01  # seconds between two, in which coders' decisions are written


@dataclass(frozen=True)
class Refreshed:
    """`counts`: charts that are new, changed, reopened, back, gone, moved (their person became part of another)."""

    snapshot: str
    counts: Mapping[str, int] = field(default_factory=dict)


def refresh(database: Database, published: Callable[[], Night]) -> Refreshed:
    """One at a time on a machine, each with the night that is published when its turn comes."""
    with alone(database.folder):
        night = published()
        return Refreshed(night.snapshot.id, +_brought(database, night))


def _brought(database: Database, night: Night) -> Counter[str]:
    """Of a night without a worklist nothing is taken."""
    counts: Counter[str] = Counter()
    if not night.snapshot.shards(WORKLIST):
        return counts
    counts["moved"] = _follow_merges(database, night)
    for some in _some(tonight(night)):
        with database.write() as connection:
            counts += Batch(connection, database.key, night.snapshot.id).bring(some)
        time.sleep(PAUSE)
    counts["gone"] = _gone(database, night.snapshot.id)
    return counts


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Others wait, in this process and in others; the lock goes with its process."""
    with os.fdopen(os.open(folder / "refresh.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _some(shards: Iterable[list[Listed]]) -> Iterator[Sequence[Listed]]:
    """AT_ONCE charts or somewhat more; a larger shard in parts."""
    held: list[Listed] = []
    for rows in shards:
        held += rows
        while len(held) >= AT_ONCE:
            yield held[:AT_ONCE]
            held = held[AT_ONCE:]
    if held:
        yield held


def _follow_merges(database: Database, night: Night) -> int:
    """Charts of a person who became part of another are the other's; one that the other has already stays behind."""
    with database.read() as connection:
        every = set(connection.execute(select(charts.c.subject_id).distinct()).scalars())
    away = {old: new for old, new in night.people.merged.items() if old in every}
    if not away:
        return 0
    moved = 0
    with database.write() as connection:
        for old, new in away.items():
            other = select(charts.c.encounter_id).where(charts.c.subject_id == new)
            own = (charts.c.subject_id == old, charts.c.encounter_id.not_in(other))
            moved += connection.execute(update(charts).where(*own).values(subject_id=new)).rowcount
    return moved


def _gone(database: Database, snapshot: str) -> int:
    """Those that the night has no more; with what was decided on them they wait to come back."""
    left = (charts.c.snapshot != snapshot, charts.c.gone.is_(False))
    with database.write() as connection:
        return connection.execute(update(charts).where(*left).values(gone=True)).rowcount
