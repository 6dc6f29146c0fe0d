"""The next snapshot put together: last night's files that stay, tonight's, and what is known over all patients."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import CheckFailed
from contract.table import Column, Table
from contract.work import MANIFEST, Check, Counting, Delivery, Shard, Spooled, Verdict
from etl.rules.policy import policy
from etl.timeline.valid import dataset_json
from runner.account import Manifest
from runner.inbox import MEMORY, Found, Inbox
from runner.job import Result
from runner.leaving import ownerless
from runner.plan import Plan
from runner.recognise import joined, table_of
from runner.redelivery import Redelivered
from runner.rows import LANDED, SHARED, WHOLE, Persons
from runner.runs import lines, ordered
from runner.withholding import withhold
from schemas.clinical import OPEN_TIMELINE_SPLITS, PHI_TIMELINE_SPLITS
from schemas.night import QUARANTINE, RUNS
from schemas.people import IDENTITIES
from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake
from store.snapshot import Snapshot

MEDS = ((PHI_TIMELINE_SPLITS, "subject_id", "phi"), (OPEN_TIMELINE_SPLITS, "open_id", "open"))
"""Splits of each root's MEDS data set, the column of phi/identities that names persons there, and its folder."""


class Assembly:
    def __init__(self, plan: Plan, lake: Lake, previous: Snapshot | None, work: Path, run_id: str) -> None:
        self.plan, self.lake, self.previous, self.run_id = plan, lake, previous, run_id
        self.files = work / "files"

    def draft(
        self,
        found: Sequence[Found],
        spooled: Mapping[tuple[str, str], Spooled],
        results: Sequence[Result],
        people: pa.Table,
        inbox: Inbox,
    ) -> Draft:
        draft = Draft(self.previous, self.files)
        self.tombstones = Counter(
            kind for said in spooled.values() for kind in said.deleted.to_pydict().get("type", ())
        )
        self._leave(draft, results)
        for result in results:
            for table_name, shard in result.emptied:
                draft.drop(table_name, shard)
            draft.add(result.files)
        self._put(draft, IDENTITIES, people)
        self._quarantine(draft, found, spooled, results)
        self.summaries(draft, results)
        written = {name for step in self.plan.steps for name in step.writes}
        for declared, column, folder in MEDS:
            if declared.name.removesuffix("_splits") in written:
                self._put(draft, declared, _splits(people, column))
                draft.documents[f"{folder}/timeline/metadata/dataset.json"] = dataset_json(self.run_id)
        draft.documents[MEMORY] = inbox.document()
        return draft

    def _leave(self, draft: Draft, results: Sequence[Result]) -> None:
        """Tables that nothing writes any more go; rows of a retired source that went are no loss."""
        gone = ownerless(self.plan, self.previous)
        for table_name, shard in list(draft.kept):
            if table_name in gone:
                draft.drop(table_name, shard)
        for result in results:
            for (source, table_name), counts in result.resources.items():
                if source in self.plan.pipeline.retired:
                    self.tombstones[table_name.rsplit("/", 1)[-1]] += counts.deleted

    def remember(self, draft: Draft, found: Sequence[Found], results: Sequence[Result], again: Redelivered) -> None:
        """Digests of the persons of what was delivered tonight take the place of last night's."""
        self.recognised = again.recognised
        for source in {f.source for f in found if f.state != "unchanged"}:
            declared, tag = table_of(source), again.tags.get(source)
            for shard in self.previous.shards(declared.name) if self.previous else ():
                draft.drop(declared.name, shard)
            if tag:
                self._put(draft, declared, joined(source, results), tag)

    def record(self, draft: Draft, manifest: Manifest) -> None:
        """The night's lines behind those of the nights before it."""
        before = self.previous.read(RUNS.name, WHOLE) if self.previous else RUNS.empty()
        writes = {step.name: tuple(step.writes) for step in self.plan.steps}
        tonight = lines(manifest, writes | {name: tuple(s.writes) for name, s in self.plan.summaries.items()})
        self._put(draft, RUNS, ordered(pa.concat_tables([RUNS.conform(before), tonight])))

    def _put(self, draft: Draft, declared: Table, rows: pa.Table, shard: str = WHOLE) -> None:
        draft.add([parquet.write(declared, rows, shard, self.files)])

    def _quarantine(
        self,
        draft: Draft,
        found: Sequence[Found],
        spooled: Mapping[tuple[str, str], Spooled],
        results: Sequence[Result],
    ) -> None:
        """One file a group, so that the group's next delivery replaces it."""
        of_batches = pa.concat_tables([QUARANTINE.empty(), *(result.quarantine for result in results)])
        for each in found:
            if each.replaces is not None:
                draft.drop(QUARANTINE.name, f"{each.source}-{each.replaces:06d}")
            if not each.to_read:
                continue
            mine = pc.and_(pc.equal(of_batches["source"], each.source), pc.equal(of_batches["source_group"], each.name))
            rows = pa.concat_tables(
                [owned(spooled[each.source, each.name].quarantine, each.source, each.name), of_batches.filter(mine)]
            )
            if len(rows):
                ordered = rows.sort_by([(name, "ascending") for name in QUARANTINE.order])
                self._put(draft, QUARANTINE, ordered, f"{each.source}-{each.known.arrival:06d}")

    def summaries(self, draft: Draft, results: Sequence[Result]) -> None:
        """Parts of untouched shards are kept from last night; a summary is merged from all parts."""
        for name, summary in self.plan.summaries.items():
            fresh = [part for result in results for part in result.partials.get(name, ())]
            parts = self._parts(name, {shard for shard, _ in fresh}, fresh)
            for key, rows in parts.items():
                self._put(draft, partials_table(name, key, rows.schema), rows)
            handed: list[Shard] = [{key: rows.drop_columns(["shard"]) for key, rows in parts.items()}]
            handed += [{QUARANTINE.name: rejected(draft)}] if QUARANTINE.name in summary.reads else []
            merged = summary.merge(handed)
            for table_name, rows in merged.items():
                self._put(draft, table(table_name), rows)

    def _parts(self, name: str, redone: set[str], fresh: Sequence[tuple[str, Shard]]) -> dict[str, pa.Table]:
        prefix = f"phi/partials/{name}/"
        found: dict[str, list[pa.Table]] = {}
        for stored in self.previous.tables() if self.previous else ():
            if stored.startswith(prefix) and self.previous:
                rows = self.previous.read(stored, WHOLE)
                stays = pc.invert(pc.is_in(rows["shard"], pa.array(sorted(redone), pa.string())))
                found.setdefault(_key(stored, prefix), []).append(rows.filter(stays))
        for shard, part in fresh:
            for key, rows in part.items():
                found.setdefault(key, []).append(rows.append_column("shard", pa.repeat(pa.scalar(shard), len(rows))))
        joined = {key: pa.concat_tables(parts, promote_options="default") for key, parts in found.items()}
        return {key: rows.sort_by([(name, "ascending") for name in _sortable(rows)]) for key, rows in joined.items()}

    def verdicts(
        self, results: Sequence[Result], spooled: Mapping[tuple[str, str], Spooled], draft: Draft, manifest: Manifest
    ) -> dict[str, Verdict]:
        """What the checks say of tonight, and whether more rows vanished than may."""
        unspooled = pa.concat_tables(
            [QUARANTINE.empty(), *(owned(said.quarantine, *place) for place, said in spooled.items())]
        )
        found = {}
        for name, check in self.plan.checks.items():
            parts = [part for result in results for part in result.checks.get(name, ())]
            if QUARANTINE.name in check.reads:
                parts.append(check.partial({QUARANTINE.name: unspooled}))
            if isinstance(check, Counting):
                parts += [check.delivered(*each) for each in self._delivered(spooled)]
            if self.recognised and isinstance(check, Counting):
                parts.append(check.standing(_unread(draft, results)))
            if whole := self._whole(check, draft, manifest):
                parts.append(check.partial(whole))
            found[name] = check.verdict(parts)
        return {"max_loss": self._losses(draft), **found}

    def withhold(
        self, draft: Draft, verdicts: Mapping[str, Verdict], results: Sequence[Result], people: pa.Table
    ) -> dict[str, int]:
        """Rows that checks withhold go, of the shards that were looked at; by table."""
        rows = [row for verdict in verdicts.values() for row in verdict.withheld]
        shards = {WHOLE, SHARED, *(shard for result in results for shard in result.shards)}
        persons = Persons(people, self.plan.pipeline.shard_subjects)
        return withhold(draft, rows, frozenset(shards), persons, self.files)

    def _whole(self, check: Check, draft: Draft, manifest: Manifest) -> Shard:
        """What a check reads that no batch holds: tables of summaries, and the manifest as it stands."""
        paths = {name: draft.path(name, WHOLE) for name in check.reads if name in self.plan.merged_tables}
        found = {name: pq.read_table(path) for name, path in paths.items() if path}
        said = {MANIFEST: pa.table({"text": [json.dumps(manifest)]})} if MANIFEST in check.reads else {}
        return {**found, **said}

    def _delivered(self, spooled: Mapping[tuple[str, str], Spooled]) -> list[tuple[str, Delivery, Mapping[str, int]]]:
        return [(name, self.plan.sources[name].delivery, said.rows_in) for (name, _), said in spooled.items()]

    def _losses(self, draft: Draft) -> Verdict:
        """Rows that a tombstone named are no loss; of a table with few rows the loss is told and stops no night."""
        limit, few = self.plan.pipeline.max_loss, policy().thresholds["few_rows"]
        before, after = _rows(self.previous.files if self.previous else {}), _rows(draft.files())
        lost = [
            name
            for name in sorted(before)
            if name.startswith(LANDED)
            and after.get(name, 0) < before[name] * (1 - limit) - self.tombstones[name.rsplit("/", 1)[-1]]
        ]
        lines = (
            f"{name}: {before[name]} rows last night, {after.get(name, 0)} tonight; at most {limit:.0%} may vanish"
            + (", but these are few" if before[name] < few else "")
            for name in lost
        )
        return Verdict(all(before[name] < few for name in lost), tuple(lines))


TOP = 5  # rules of quarantine that a failed night names


def require(verdicts: Mapping[str, Verdict], quarantine: Sequence[Mapping[str, Any]]) -> None:
    """`quarantine`: rows by target and rule, most first: where to look for the cause."""
    failed = [f"{name}: {'; '.join(v.lines)}" for name, v in verdicts.items() if not v.passed]
    if failed:
        raise CheckFailed(
            f"the night is not published; the last snapshot stands. {' | '.join(failed)}.{_most(quarantine)} Mend the "
            "input, or raise the limit in pipelines.yaml or fhir_mappings/rules.yaml if this is right."
        )


def _most(quarantine: Sequence[Mapping[str, Any]]) -> str:
    rules = [f"{entry['target'] or 'raw rows'} {entry['rule']} {entry['rows']:,}" for entry in quarantine[:TOP]]
    return f" Most of the quarantine: {', '.join(rules)} (`chartloom quarantine --failed`)." if rules else ""


def rejected(draft: Draft) -> pa.Table:
    """phi/quarantine as it stands: of every group that is still there."""
    paths = [draft.path(name, shard) for name, shard in draft.files() if name == QUARANTINE.name]
    return pa.concat_tables([QUARANTINE.empty(), *(pq.read_table(path, schema=QUARANTINE.schema) for path in paths)])


def owned(rows: pa.Table, source: str, group: str) -> pa.Table:
    """Quarantined rows of a spool with the source and group they belong to."""
    if not rows.num_columns:
        return QUARANTINE.empty()
    for name, value in (("source", source), ("source_group", group)):
        rows = rows.drop_columns([name]) if name in rows.column_names else rows
        rows = rows.append_column(name, pa.repeat(pa.scalar(value), len(rows)))
    return QUARANTINE.conform(rows)


def _unread(draft: Draft, results: Sequence[Result]) -> dict[str, int]:
    """FHIR rows of the shards that were not looked at."""
    read = {shard for result in results for shard in result.shards}
    found: Counter[str] = Counter()
    for (name, shard), stat in draft.files().items():
        if name.startswith(LANDED) and shard not in read:
            found[name] += stat.rows
    return dict(found)


def _splits(people: pa.Table, column: str) -> pa.Table:
    """Of every person, as its root names it; the open root knows nothing of who opted out."""
    there = pc.is_null(people["merged_into"])
    if column == "open_id":
        there = pc.and_not(there, pc.fill_null(people["opt_out"], False))
    found = people.filter(there).select([column, "split"])
    return found.rename_columns(["subject_id", "split"]).sort_by("subject_id")


def _rows(files: Mapping[tuple[str, str], parquet.FileStat]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (name, _), stat in files.items():
        found[name] = found.get(name, 0) + stat.rows
    return found


def _sortable(rows: pa.Table) -> list[str]:
    """The shard, then the other columns: in which order a partial result stands may depend on chunks."""
    return ["shard", *(f.name for f in rows.schema if f.name != "shard" and not pa.types.is_nested(f.type))]


def _key(stored: str, prefix: str) -> str:
    return stored.removeprefix(prefix).replace(".", "/")


def partials_table(summary: str, key: str, schema: pa.Schema) -> Table:
    columns = tuple(Column(f.name, f.type, "Partial result.") for f in schema)
    name = f"phi/partials/{summary}/{key.replace('/', '.')}"
    return Table(
        name, f"Parts of the summary {summary}.", columns, ("shard",), file=name.removeprefix("phi/") + ".parquet"
    )
