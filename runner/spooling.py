"""Before the batches: persons get ids, the night is cut into batches, raw rows go to the batch of their person."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import ConfigError
from contract.work import HOMES, PEOPLE, Group, Referring, Source, Spooled, Weighing
from etl import identities
from etl.identities import Sighting
from runner.clock import Clock
from runner.config import Config
from runner.forgetting.barring import Bars, OptOuts, differing, persons_of_ledgers
from runner.inbox import Found
from runner.plan import Plan
from runner.progress import Progress
from runner.refusal import reading
from runner.rows import shard_name
from schemas.fhir import resource_types
from schemas.people import IDENTITIES
from store.lake import Lake
from store.snapshot import Snapshot

SPARE_BYTES = 200 << 20
RAW_PER_STORED = 3  # raw CSV is about so many times larger than our Parquet of it


@dataclass(frozen=True)
class Cut:
    """Batches as ranges of shards: batch k holds the shards from starts[k] to starts[k+1]."""

    starts: np.ndarray
    end: int

    def batch_of(self, shards: np.ndarray) -> np.ndarray:
        return (np.searchsorted(self.starts, shards, side="right") - 1).astype(np.int32)

    def coarser(self, many: int) -> "Cut":
        """So many batches made one."""
        return Cut(self.starts[::many], self.end)

    def ranges(self) -> list[tuple[int, int]]:
        return list(zip(self.starts.tolist(), [*self.starts[1:].tolist(), self.end], strict=True))


def space(plan: Plan, found: Sequence[Found], previous: Snapshot | None, *, forced: bool) -> int:
    """Bytes a night needs on disk, about: spool and files of what is read, and what forced steps make anew."""
    again = 0
    if forced and previous:
        again = sum(stat.bytes for (name, _), stat in previous.files.items() if not name.startswith("phi/fhir/"))
    read = sum(min(f.raw_bytes, _weight(plan, f)) for f in found if f.to_read)  # of films only vectors are spooled
    return int(2 * read) + again + SPARE_BYTES


def require_same_shards(previous: Snapshot | None, size: int) -> None:
    """A shard's file holds the persons that the number says: with another one, rows would be written over others."""
    before = previous.manifest().get("shard_subjects", size) if previous else size
    if before != size:
        raise ConfigError(
            f"shard_subjects is {size}, and the lake was made with {before}. Set it back, or name a new lake."
        )


def prepare(lake: Lake, said: object) -> Path:
    """The work folder of a night. One left by a killed night with the same inputs is taken up, any other dropped."""
    text = json.dumps([said, persons_of_ledgers(lake.root)], sort_keys=True, default=str)
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    work = lake.work / name
    clear(lake, but=work)
    for folder in ("done", "files", "spool"):
        (work / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    return work


def clear(lake: Lake, but: Path | None = None) -> None:
    """Drop what killed nights left."""
    for other in lake.work.iterdir():
        if other != but:
            shutil.rmtree(other)


def know_people(plan: Plan, found: Sequence[Found], known: pa.Table, work: Path, config: Config) -> pa.Table:
    """phi/identities of tonight, on disk before any row is written under its ids."""
    path = work / "identities.parquet"
    if path.exists():
        return pq.read_table(path, schema=IDENTITIES.schema)
    bars = Bars.of(config.lake)
    groups = [(f, f.group) for f in sorted(found, key=_arrival) if f.to_read and f.group]
    sightings = [bars.without(_sighting(plan, f, group, known), known) for f, group in groups]
    retired = sorted({f.source for f in found} - plan.sources.keys())  # nothing that they said of their persons holds
    sightings += [Sighting(source, PEOPLE.empty_table(), complete=True) for source in retired]
    table = identities.update(known, sightings, config.identity_seed, config.offset_weeks)
    table = OptOuts(config.lake).applied(table)
    partial = path.with_suffix(".part")
    pq.write_table(table, partial, compression="zstd")
    partial.rename(path)
    return table


def opted(known: pa.Table, people: pa.Table, size: int) -> frozenset[str]:
    """Shards of persons who opted out since last night, or in again."""
    return frozenset(shard_name(ordinal // size) for ordinal in differing(known, people))


def opt_outs_differ(lake: Path, previous: Snapshot | None) -> bool:
    """True when somebody opted out since last night, or in again."""
    known = previous.read(IDENTITIES.name, "all") if previous else IDENTITIES.empty()
    return bool(differing(known, OptOuts(lake).applied(known)))


def _arrival(group: Found) -> int:
    return group.known.arrival


def _sighting(plan: Plan, found: Found, group: Group, known: pa.Table) -> Sighting:
    """What a group says of its persons; one that is read again has nothing new to say of those already known."""
    with reading(found.source):
        people = plan.sources[found.source].people(group)
    if found.again:
        mine = known.filter(pc.equal(known["source"], found.source))
        people = people.filter(pc.invert(pc.is_in(people["key"], mine["key"].combine_chunks())))
    return Sighting(found.source, people, plan.sources[found.source].delivery == "full" and not found.again)


def holding(previous: Snapshot | None, named: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Shards of the last snapshot that may hold some resources (type, id)."""
    wanted: dict[str, set[str]] = {}
    for kind, id_ in named:
        wanted.setdefault(f"phi/fhir/{kind if kind in resource_types() else 'Other'}", set()).add(id_)
    return frozenset(
        shard
        for table, ids in wanted.items()
        for shard in (previous.shards(table) if previous else ())
        if previous and pc.any(pc.is_in(previous.ids(table, shard), pa.array(sorted(ids)))).as_py()
    )


def cut(
    plan: Plan, found: Sequence[Found], table: pa.Table, known: int, previous: Snapshot | None, *, whole: bool
) -> Cut:
    """Ranges of shards that `batch_mb` of raw text come to; of stored rows too where all are to be worked again."""
    size = plan.pipeline.shard_subjects
    ordinals = table["ordinal"].to_numpy()
    count = int(ordinals.max(initial=0)) // size + 1
    raw = sum(_weight(plan, f) for f in found if f.to_read)
    weights = np.full(count, raw / count)  # whom the rows speak of is not known yet: of all persons alike,
    fresh = np.unique(ordinals[known:] // size)
    if 0 < len(fresh) < count:  # or of those first seen tonight alone
        weights[fresh] += raw / len(fresh)
    if whole and previous:
        stored = sum(stat.bytes for stat in previous.files.values()) * RAW_PER_STORED
        weights[: max((known - 1) // size + 1, 1)] += stored / count
    limit = plan.pipeline.engine.batch_mb * 1e6
    starts = np.unique((np.cumsum(weights) / limit).astype(np.int64), return_index=True)[1]
    return Cut(np.unique(np.append(0, starts)), count)


def _weight(plan: Plan, found: Found) -> float:
    source = plan.sources.get(found.source)
    return source.weight(found.group) if isinstance(source, Weighing) and found.group else found.raw_bytes


def spool(
    plan: Plan, found: Sequence[Found], table: pa.Table, cuts: Cut, work: Path, progress: Progress, clock: Clock
) -> dict[tuple[str, str], Spooled]:
    """One pass over every group to read; a group spooled before the night was killed is not read again."""
    spooled = {}
    to_read = [(f, f.group) for f in found if f.to_read and f.group]
    bars = Bars.of(work.parent.parent)
    homes = cache(lambda source: homes_of(plan, table, source, cuts))
    progress.start("spool", len(to_read), "groups")
    for each, group in to_read:
        folder = spool_folder(work, each)
        done = folder.with_suffix(".pickle")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
            with clock.part("spool"), reading(each.source):
                source = plan.sources[each.source]
                result = bars.spooled(source.spool(group, homes(each.source), folder), each.source, _system(source))
            done.with_suffix(".part").write_bytes(pickle.dumps(result))
            done.with_suffix(".part").rename(done)
        spooled[each.source, each.name] = pickle.loads(done.read_bytes())
        progress.advance("spool", 1)
    progress.finish("spool")
    return spooled


def tombstones(spooled: Spooled) -> list[tuple[str, str]]:
    return [(row["type"], row["id"]) for row in spooled.deleted.to_pylist()]


def spool_folder(work: Path, group: Found) -> Path:
    return work / "spool" / f"{group.source}-{group.known.arrival:06d}"


def homes_of(plan: Plan, table: pa.Table, source: str, cuts: Cut) -> pa.Table:
    found = _known_to(plan.sources[source], source, table)
    shards = pc.divide(found["ordinal"], plan.pipeline.shard_subjects).to_numpy()
    return found.append_column("batch", pa.array(cuts.batch_of(shards))).cast(HOMES)


def _known_to(source: Source, name: str, table: pa.Table) -> pa.Table:
    if not isinstance(source, Referring):
        return identities.homes(table, name)
    system = _system(source)
    return identities.homes_named(table, system) if system else identities.homes_of_all(table)


def _system(source: Source) -> str:
    """Of the identifiers by which a source names persons whom others bring."""
    return source.refers if isinstance(source, Referring) and isinstance(source.refers, str) else ""
