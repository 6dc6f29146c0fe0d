"""Rows that arrive: read from the spool, checked, and merged with what the last night had."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import TALLIED, TALLY, Recognising, Shard
from etl.rules.check import Checked, check
from etl.versions import Counts, merge
from runner.clock import Clock
from runner.forgetting.barring import Bars
from runner.job import Delivery, Job, Result
from runner.plan import Plan
from runner.recognise import Seen, rejected
from runner.rows import LANDED, SHARED, WHOLE, Persons, shard_name
from schemas.digests import row_digests
from schemas.night import QUARANTINE
from schemas.people import IDENTITIES
from store.snapshot import Snapshot

Tables = dict[str, pa.Table]
OTHER = "phi/fhir/Other"


@dataclass
class Past:
    """The last snapshot's rows of some shards; each table is read once."""

    previous: Snapshot | None
    shards: tuple[str, ...]
    held: Tables = field(default_factory=dict)

    @property
    def landed(self) -> list[str]:
        """Tables that sources write."""
        return [name for name in self.previous.tables() if name.startswith(LANDED)] if self.previous else []

    def read(self, name: str) -> pa.Table:
        if name not in self.held:
            self.held[name] = self.elsewhere(name, self.shards)
        return self.held[name]

    @property
    def identities(self) -> pa.Table:
        return self.previous.read(IDENTITIES.name, WHOLE) if self.previous else IDENTITIES.empty()

    def elsewhere(self, name: str, shards: Iterable[str]) -> pa.Table:
        return self.previous.read_many(name, shards) if self.previous else pa.table({})


def arrivals(job: Job, plan: Plan, seen: Mapping[str, Seen], result: Result, clock: Clock) -> list[tuple[str, Tables]]:
    """(source, checked tables) of every delivery, in the order of arrival; not of persons who are as they were."""
    found = []
    for delivery in job.night.deliveries:
        with clock.part("read"):
            shard = dict(_read(job, plan, delivery, seen.get(delivery.source)))
            unread = shard.pop("phi/quarantine", QUARANTINE.empty())
            for said in shard.pop(TALLY, TALLIED.empty_table()).to_pylist():
                result.tally[delivery.source, said["table"], said["became"]] += said["rows"]
            tables = {n: _stamped(rows, delivery.source, delivery.arrival) for n, rows in shard.items() if len(rows)}
        if job.shared and OTHER in tables:
            tables[OTHER] = _unbarred(job, delivery.source, tables[OTHER], result)
        with clock.part("rules"):
            checked = check(tables)
        _count(result, delivery.source, tables, checked)
        result.unread[delivery.source] = result.unread.get(delivery.source, 0) + distinct_rows(unread)
        if delivery.source in seen:
            seen[delivery.source].forgotten += rejected(tables, unread, checked.quarantine)
        refused = [_owned(rows, delivery.source) for rows in (unread, checked.quarantine)]
        result.quarantine = pa.concat_tables([result.quarantine, *refused])
        found.append((delivery.source, {name: rows for name, rows in checked.shard.items() if len(rows)}))
    return found


def _unbarred(job: Job, source: str, rows: pa.Table, result: Result) -> pa.Table:
    """Without what names who was forgotten; such rows become nothing."""
    kept = Bars.of(job.night.config.lake).shared(rows)
    lost = Counter(rows["resourceType"].to_pylist())
    lost.subtract(kept["resourceType"].to_pylist())
    for kind, many in lost.items():
        result.tally[source, kind, "resources"] -= many
        result.tally[source, kind, "nothing"] += many
        result.tally[source, OTHER, "made"] -= many
    return kept


def _read(job: Job, plan: Plan, delivery: Delivery, seen: Seen | None) -> Shard:
    source = plan.sources[delivery.source]
    if seen is None or not isinstance(source, Recognising):
        return source.read(delivery.folder, job.batch)
    return source.read(delivery.folder, job.batch, seen.skip)


def distinct_rows(quarantine: pa.Table) -> int:
    """Raw rows, each once, however many rules it broke; a line that is a row of several raw tables counts in each."""
    if not quarantine.num_columns:
        return 0
    return len(
        quarantine.group_by([n for n in ("file", "line", "target") if n in quarantine.column_names]).aggregate([])
    )


def _stamped(rows: pa.Table, source: str, arrival: int) -> pa.Table:
    rows = rows.append_column("source", pa.repeat(pa.scalar(source), len(rows)))
    return rows.append_column("arrival", pa.repeat(pa.scalar(arrival, pa.int64()), len(rows)))


def _owned(rows: pa.Table, source: str) -> pa.Table:
    if "source" in rows.column_names:
        rows = rows.drop_columns(["source"])
    return QUARANTINE.conform(rows.append_column("source", pa.repeat(pa.scalar(source), len(rows))))


def _count(result: Result, source: str, before: Tables, checked: Checked) -> None:
    for target, rule, rows in checked.warnings:
        result.warnings[target, rule] = result.warnings.get((target, rule), 0) + rows
    for name, rows in before.items():
        lost = len(rows) - len(checked.shard.get(name, ()))
        result.rejected[source, name] = result.rejected.get((source, name), 0) + lost
        result.rows += len(rows)


@dataclass(frozen=True)
class Landed:
    tables: Tables  # FHIR tables of the touched shards
    changed: dict[str, np.ndarray]  # of each table the subjects whose rows are not what they were
    contested: list[np.ndarray]  # persons (origin_id) whose rows compete with others under one id


def land(job: Job, arrived: list[tuple[str, Tables]], past: Past, persons: Persons, result: Result) -> Landed:
    names = {name for _, tables in arrived for name in tables} | set(past.landed)
    tables, changed, contested = {}, {}, []
    for name in sorted(names):
        old = _old(job, name, past, persons)
        new = [tables_[name] for _, tables_ in arrived if name in tables_]
        fresh = pa.concat_tables(new, promote_options="default") if new else old.slice(0, 0)
        merged = merge(name.rsplit("/", 1)[-1], old, fresh, job.night.changes)
        tables[name] = merged.rows if job.shared or not len(merged.rows) else persons.in_order(merged.rows)
        changed[name] = merged.touched
        contested.append(merged.contested)
        if job.shared and len(np.setdiff1d(row_digests(old), row_digests(merged.rows))):
            result.reworded.add(name)
        for source, counts in merged.counts.items():
            before = result.resources.get((source, name), Counts())
            result.resources[source, name] = before.plus(counts)
    return Landed(tables, changed, contested)


def touched_shards(job: Job, arrived: Iterable[pa.Table], persons: Persons) -> tuple[str, ...]:
    """Shards of the batch in which anything may change tonight."""
    if job.shared:
        return (SHARED,)
    if job.whole:
        return tuple(shard_name(n) for n in range(job.first, job.last))
    moved = job.night.moved
    subjects = [rows["subject_id"].unique().to_numpy() for rows in arrived]
    subjects += [moved[side].to_numpy() for side in ("from_subject", "to_subject")]
    found = persons.shards(np.unique(np.concatenate(subjects)))
    found = np.union1d(found, [int(shard) for shard in job.night.touched if shard != SHARED]).astype(np.int64)
    return tuple(shard_name(int(n)) for n in found[(found >= job.first) & (found < job.last)])


def _old(job: Job, name: str, past: Past, persons: Persons) -> pa.Table:
    """Last night's rows of the touched shards, and of persons who move into them from elsewhere."""
    rows, moved = past.read(name), job.night.moved
    if job.shared or not len(moved) or name not in past.landed:
        return rows
    left = {shard_name(int(n)) for n in persons.shards(moved["from_subject"].to_numpy())} - set(past.shards)
    rows = pa.concat_tables([rows, past.elsewhere(name, sorted(left))], promote_options="default")
    places = pc.index_in(rows["origin_id"], moved["origin_id"])
    subjects = pc.coalesce(moved["to_subject"].take(places), rows["subject_id"])
    rows = rows.set_column(rows.column_names.index("subject_id"), "subject_id", subjects)
    here = np.isin(persons.of_rows(rows) // persons.shard_subjects, [int(s) for s in past.shards])
    return rows.filter(pa.array(here))
