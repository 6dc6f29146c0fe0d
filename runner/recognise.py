"""Persons whom a full delivery brings as they were: told by digests of their raw rows, not read, their rows stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.table import Column, Table
from contract.work import Recognising
from runner.clock import Clock
from runner.job import Delivery, Job, Result
from runner.plan import Plan
from runner.rows import Persons, shard_name
from store.snapshot import Snapshot


@dataclass
class Seen:
    """The persons of one source in one batch."""

    now: pa.Table  # origin_id, digest
    before: pa.Table  # the same of last night, of all batches; without rows where nothing is to be recognised
    forgotten: list[np.ndarray] = field(default_factory=list)  # persons with a row that was rejected or contested
    elsewhere: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # origins of other pieces
    rows: pa.Table = field(default_factory=lambda: pa.table({}))  # raw table -> rows of each person of `now`

    @cached_property
    def same(self) -> np.ndarray:
        """Origins that need not be read."""
        at = pc.index_in(self.now["origin_id"], self.before["origin_id"].combine_chunks())
        alike = pc.equal(self.now["digest"], self.before["digest"].take(at))
        found: np.ndarray = self.now["origin_id"].filter(pc.fill_null(alike, False)).to_numpy()
        return found

    @property
    def skip(self) -> np.ndarray:
        return np.concatenate([self.same, self.elsewhere])

    def remembered(self) -> pa.Table:
        """What the next night compares with. A person with a row in quarantine is read again every night."""
        lost = pc.is_in(self.now["origin_id"], pa.array(np.concatenate([np.zeros(0, np.int64), *self.forgotten])))
        digests = pc.if_else(lost, pa.scalar(None, pa.uint64()), self.now["digest"])
        return self.now.set_column(1, self.now.schema.field(1), digests)


def table_of(source: str) -> Table:
    """One file a source. Its shard names what the digests were made by: other code finds nothing to compare with."""
    columns = (
        Column("origin_id", pa.int64(), "A person of the source.", required=True),
        Column("digest", pa.uint64(), "Of the person's raw rows; null: they are read again every night."),
    )
    name = f"phi/recognised/{source}"
    return Table(name, f"Raw rows of {source}, person by person.", columns, ("origin_id",))


def look(job: Job, plan: Plan, clock: Clock) -> dict[str, Seen]:
    """Source -> its persons, of sources that know them."""
    found = {}
    for delivery in () if job.shared else job.night.deliveries:
        source = plan.sources[delivery.source]
        if delivery.tag and isinstance(source, Recognising):
            with clock.part("recognise"):
                said = source.digests(delivery.folder, job.batch)
                now, rows = said.select(["origin_id", "digest"]), said.drop_columns(["origin_id", "digest"])
                found[delivery.source] = Seen(now, _before(job.night.previous, delivery), rows=rows)
    return found


def pieces(job: Job, seen: Mapping[str, Seen], persons: Persons) -> list[Job]:
    """The batch in as few pieces as memory holds, now that it is known who is to be read."""
    if len(job.parts) < 2:
        return [job]
    starts = np.array(job.parts)
    every, read = np.zeros(len(starts)), np.zeros(len(starts))
    for known in seen.values():
        origins = known.now["origin_id"].to_numpy()
        part = np.searchsorted(starts, _shards(origins, persons), side="right") - 1
        every += np.bincount(part, minlength=len(starts))
        read += np.bincount(part[~np.isin(origins, known.same)], minlength=len(starts))
    firsts, weight = [job.first], 0.0
    for first, share in zip(job.parts, read / np.maximum(every, 1), strict=True):
        if weight + share > 1 and first != firsts[-1]:
            firsts.append(first)
            weight = 0.0
        weight += share
    return [replace(job, first=first, last=last) for first, last in pairwise([*firsts, job.last])]


def within(seen: Mapping[str, Seen], piece: Job, persons: Persons) -> dict[str, Seen]:
    """The same persons, of whom only those of the piece are to be read."""
    found = {}
    for source, known in seen.items():
        origins = known.now["origin_id"].to_numpy()
        shards = _shards(origins, persons)
        found[source] = replace(known, elsewhere=origins[(shards < piece.first) | (shards >= piece.last)])
    return found


def _shards(origins: np.ndarray, persons: Persons) -> np.ndarray:
    return persons.ordinals(persons.now(origins)) // persons.shard_subjects


def _before(previous: Path | None, delivery: Delivery) -> pa.Table:
    if previous is None or not delivery.recognise:
        declared = table_of(delivery.source)
        return declared.empty()
    return _stored(previous, delivery.source, delivery.tag)


@lru_cache(maxsize=4)
def _stored(previous: Path, source: str, tag: str) -> pa.Table:
    return Snapshot(previous).read(table_of(source).name, tag)


def briefed(job: Job, seen: Mapping[str, Seen], persons: Persons) -> Job:
    """The job with whose rows stand, and with the shards of all others whom a recognising source knew last night."""
    standing = {source: known.same for source, known in seen.items()}
    gone = [np.setdiff1d(known.before["origin_id"].to_numpy(), standing[source]) for source, known in seen.items()]
    origins = np.concatenate([np.zeros(0, np.int64), *gone])
    shards = persons.shards(persons.now(origins))
    here = shards[(shards >= job.first) & (shards < job.last)]
    touched = job.night.touched | {shard_name(int(number)) for number in here}
    changes = replace(job.night.changes, standing=standing)
    return replace(job, night=replace(job.night, changes=changes, touched=frozenset(touched)))


def rejected(tables: Mapping[str, pa.Table], unread: pa.Table, ruled_out: pa.Table) -> list[np.ndarray]:
    """Persons with a row in quarantine: of what the source could not read, and of what a rule rejected."""
    found = [unread["origin_id"].drop_null().to_numpy()] if "origin_id" in unread.column_names else []
    for name, rows in tables.items():
        lines = ruled_out.filter(pc.equal(ruled_out["target"], name.rsplit("/", 1)[-1]))["line"].combine_chunks()
        if len(lines) and {"origin_id", "source_line"} <= set(rows.column_names):
            theirs = rows.filter(pc.is_in(rows["source_line"], lines))
            found.append(theirs["origin_id"].drop_null().to_numpy())
    return found


def remember(seen: Mapping[str, Seen], result: Result) -> None:
    for source, known in seen.items():
        result.recognised[source] = known.remembered()
        result.unchanged[source] = len(known.same)
        same = pc.is_in(known.now["origin_id"], pa.array(known.same))
        for name, rows in zip(known.rows.column_names, known.rows.columns, strict=True):
            result.tally[source, name, "unchanged"] += pc.sum(rows.filter(same)).as_py() or 0


def joined(source: str, results: Iterable[Result]) -> pa.Table:
    """Of all batches, in the order of origin_id: whatever the batches were, the bytes are the same."""
    parts = [result.recognised[source] for result in results if source in result.recognised]
    return pa.concat_tables([table_of(source).empty(), *parts]).sort_by("origin_id")
