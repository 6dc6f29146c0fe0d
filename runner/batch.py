"""One batch of persons, carried through the whole night by one worker: read, check, merge, run steps, write."""

import pickle
import resource
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from contract.table import Table
from contract.work import MANIFEST, Keyed
from runner import recognise, stages
from runner.clock import Clock
from runner.job import Job, Night, Result, StepAccount
from runner.landing import Past, arrivals, land, touched_shards
from runner.plan import Plan, Step, make_plan
from runner.recognise import Seen
from runner.rows import SHARED, Persons
from runner.secret import lake_key
from runner.spooling import RAW_PER_STORED
from runner.stages import Desk
from runner.taught import teach
from schemas.fhir import resource_types
from schemas.night import QUARANTINE
from schemas.registry import tables
from store import parquet
from store.snapshot import Snapshot

SHARED_TABLES = tuple(
    f"{root}fhir/{kind.name}" for root in ("phi/", "") for kind in resource_types().values() if not kind.patient
)


_opened: dict[Path, Plan] = {}  # by the work folder of the night; a worker holds one


def opened(night: Night) -> Plan:
    """The plan with its stages opened, once a worker and night."""
    if night.work not in _opened:
        plan = teach(make_plan(night.config, night.pipeline), Snapshot(night.previous) if night.previous else None)
        for step in plan.steps:
            if isinstance(step.stage, Keyed):
                step.stage.unlock(lake_key(night.config.lake))
            step.stage.open()
        _opened.clear()
        _opened[night.work] = plan
    return _opened[night.work]


@lru_cache(maxsize=1)
def _persons(path: Path, shard_subjects: int) -> Persons:
    return Persons(pq.read_table(path), shard_subjects)


def run(job: Job) -> Result:
    """Do the batch, or hand back what was done before the night was killed."""
    done = job.night.work / "done" / f"{job.batch}.pickle"
    if done.exists():
        found: Result = pickle.loads(done.read_bytes())
        return found
    result = _night_of(job)
    partial = done.with_suffix(".part")
    partial.write_bytes(pickle.dumps(result))
    partial.rename(done)
    return result


def _night_of(job: Job) -> Result:
    plan = opened(job.night)
    persons = _persons(job.night.work / "identities.parquet", plan.pipeline.shard_subjects)
    result, clock = Result(), Clock()
    seen = recognise.look(job, plan, clock)
    job = recognise.briefed(job, seen, persons) if seen else job
    for piece in recognise.pieces(job, seen, persons):
        _work(piece, plan, recognise.within(seen, piece, persons), result, clock)
    recognise.remember(seen, result)
    result.parts = clock.parts
    result.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def _work(job: Job, plan: Plan, seen: Mapping[str, Seen], result: Result, clock: Clock) -> None:
    persons = _persons(job.night.work / "identities.parquet", plan.pipeline.shard_subjects)
    previous = Snapshot(job.night.previous) if job.night.previous else None
    arrived = arrivals(job, plan, seen, result, clock)
    shards = touched_shards(job, (rows for _, tables in arrived for rows in tables.values()), persons)
    result.shards += shards
    for some in chunks(shards, previous, plan.pipeline.engine.batch_mb):
        with clock.part("versions"):
            mine = arrived if len(some) == len(shards) else [(s, _within(t, some, persons)) for s, t in arrived]
            past = Past(previous, some)
            landed = land(job, mine, past, persons, result)
        for known in seen.values():
            known.forgotten += landed.contested
        desk = Desk(job, persons, past, landed.tables, landed.changed, _shared(job, previous))
        _carry(desk, plan, result, clock)


def chunks(shards: tuple[str, ...], previous: Snapshot | None, batch_mb: int) -> Iterator[tuple[str, ...]]:
    """Touched shards in pieces whose stored rows fit memory: how many shards a delta touches is known only now."""
    limit = batch_mb * 1e6 / RAW_PER_STORED
    start, weight = 0, 0.0
    for place, shard in enumerate(shards):
        held = previous.bytes_of(shard) if previous else 0
        if place > start and weight + held > limit:
            yield shards[start:place]
            start, weight = place, 0.0
        weight += held
    yield shards[start:]


def _within(tables: Mapping[str, pa.Table], shards: tuple[str, ...], persons: Persons) -> dict[str, pa.Table]:
    """The rows of some shards that follow each other; rows stand in the order of shards, so no row is copied."""
    first, last = int(shards[0]) * persons.shard_subjects, (int(shards[-1]) + 1) * persons.shard_subjects
    found = {}
    for name, rows in tables.items():
        start, end = np.searchsorted(persons.of_rows(rows), [first, last])
        found[name] = rows.slice(start, end - start)
    return {name: rows for name, rows in found.items() if len(rows)}


def _carry(desk: Desk, plan: Plan, result: Result, clock: Clock) -> None:
    for step in plan.steps:
        if not desk.job.shared or _takes_shared(step):
            account = stages.run(desk, step, clock)
            result.steps[step.name] = result.steps.get(step.name, StepAccount()).plus(account)
    with clock.part("write"):
        _write(desk, result)
    with clock.part("checks"):
        _partials(desk, plan, result)


def _takes_shared(step: Step) -> bool:
    """True for a step that also has rows of no patient to make, such as open Practitioners."""
    kinds = {name.removeprefix("phi/") for name in SHARED_TABLES}
    return any(name.removeprefix("phi/") in kinds for name in step.writes)


def _shared(job: Job, previous: Snapshot | None) -> dict[str, pa.Table]:
    """Rows that belong to no patient, as they stand tonight: the shared batch runs before all others."""
    if job.shared:
        return {}
    found = {}
    for name in SHARED_TABLES:
        fresh = job.night.work / "files" / tables()[name].path(SHARED)
        if fresh.exists():
            found[name] = pq.ParquetFile(fresh).read()
        elif previous and name not in job.night.dropped and SHARED in previous.shards(name):
            found[name] = previous.read(name, SHARED)
    return found


def _write(desk: Desk, result: Result) -> None:
    """Write each table in the shards where its rows are not what they were."""
    for name, changed in desk.changed.items():
        wanted = _wanted(desk, changed)
        held = set()
        for shard, rows in _split(desk, tables()[name], desk.tables[name]):
            held.add(shard)
            if shard in wanted:
                result.files.append(parquet.write(tables()[name], rows, shard, desk.job.night.work / "files"))
        result.emptied += [(name, shard) for shard in wanted - held]


def _wanted(desk: Desk, changed: np.ndarray) -> set[str]:
    if desk.job.shared:
        return {SHARED}
    moved = desk.job.night.moved
    sides = [moved[side].to_numpy() for side in ("from_subject", "to_subject")]
    return set(desk.names(np.unique(np.concatenate([changed, *sides])))) & set(desk.shards)


def _split(desk: Desk, table: Table, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    if desk.job.shared:
        yield from [(SHARED, rows)] if len(rows) else []
    else:
        yield from desk.persons.split(rows, table.phi)


def _partials(desk: Desk, plan: Plan, result: Result) -> None:
    """Summaries shard by shard, so that the next night can replace a shard's part; checks over all that changed."""
    cut: dict[str, list[tuple[str, pa.Table]]] = {}  # a table's shards, once for all summaries
    for name, summary in plan.summaries.items():
        parts: dict[str, dict[str, pa.Table]] = {shard: {} for shard in desk.shards}
        for read in (name for name in summary.reads if name != QUARANTINE.name):
            if read not in cut:
                cut[read] = list(_split(desk, tables()[read], desk.rows(read)))
            for shard, rows in cut[read]:
                parts[shard][read] = rows
        done = [(shard, summary.partial(shard_rows)) for shard, shard_rows in parts.items()]
        result.partials.setdefault(name, []).extend(done)
    fresh = result.quarantine.slice(result.judged)  # handed over once, whatever shards it is of
    result.judged = len(result.quarantine) if plan.checks else 0
    for name, check in plan.checks.items():
        whole = {MANIFEST, QUARANTINE.name, *plan.merged_tables}
        held = {read: desk.rows(read) for read in check.reads if read not in whole}
        if QUARANTINE.name in check.reads:
            held[QUARANTINE.name] = fresh
        result.checks.setdefault(name, []).append(check.partial(held))
