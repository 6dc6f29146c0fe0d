"""The summary of how good the data are: phi/quality, counts by source, table and check."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from contract.work import Shard
from etl.quality import resources
from etl.quality.counts import SCHEMA, Counts
from etl.quality.events import TABLE, Events
from etl.quality.knowledge import checks
from schemas.clinical import PHI_TIMELINE
from schemas.fhir import resource_types
from schemas.night import QUARANTINE
from schemas.quality import DUPLICATES, IMPLAUSIBLE, QUALITY

ACROSS = " + "


@dataclass
class Quality:
    """Over all patients; no row of it is about one."""

    @property
    def reads(self) -> tuple[str, ...]:
        fhir = (f"phi/fhir/{kind.name}" for kind in resource_types().values() if kind.patient)
        return (PHI_TIMELINE.name, IMPLAUSIBLE.name, DUPLICATES.name, QUARANTINE.name, *fhir)

    @property
    def writes(self) -> tuple[str, ...]:
        return (QUALITY.name,)

    def partial(self, shard: Shard) -> Shard:
        counts = Counts()
        tables = resources.typed(shard)
        resources.look(tables, counts)
        timeline = shard.get(PHI_TIMELINE.name)
        if timeline is not None and len(timeline):
            Events(timeline, shard.get(IMPLAUSIBLE.name, IMPLAUSIBLE.empty()), counts).look()
            _across(shard.get(DUPLICATES.name), timeline, counts)
        _patients(tables, counts)
        return {QUALITY.name: counts.table()}

    def merge(self, partials: Iterable[Shard]) -> Shard:
        """A part may hold rows of phi/quarantine: what was rejected of each source and target."""
        parts, rejected = [SCHEMA.empty_table()], Counter[tuple[str, str]]()
        for part in partials:
            parts += [part[QUALITY.name].select(SCHEMA.names)] if QUALITY.name in part else []
            if QUARANTINE.name in part:
                counted = part[QUARANTINE.name].group_by(["source", "target"]).aggregate([([], "count_all")])
                rejected.update({(r["source"], r["target"] or "rows"): r["count_all"] for r in counted.to_pylist()})
        added = pa.concat_tables(parts).group_by(SCHEMA.names[:3]).aggregate([("failed", "sum"), ("looked_at", "sum")])
        found = {
            (r["source"], r["table"], r["check"]): (r["failed_sum"], r["looked_at_sum"]) for r in added.to_pylist()
        }
        for (source, target), number in rejected.items():
            place = (source, target, "rejected")
            kept = found[place][1] if place in found else None
            found[place] = (number, None if kept is None else kept + number)
        return {QUALITY.name: _named(found)}


def _named(found: dict[tuple[str, str, str], tuple[int, int | None]]) -> pa.Table:
    rows = []
    for (source, table, check), (failed, looked_at) in sorted(found.items()):
        known = checks()[check]
        rows.append(
            {
                "source": source,
                "table": table,
                "check": check,
                "category": known.category,
                "subcategory": known.subcategory,
                "failed": failed,
                "looked_at": looked_at,
                "threshold": known.threshold,
            }
        )
    return pa.Table.from_pylist(rows, schema=QUALITY.schema)


def _across(duplicates: pa.Table | None, timeline: pa.Table, counts: Counts) -> None:
    """Of each pair of sources, by type; held against the events of the one that tells less."""
    if duplicates is None or not len(duplicates):
        return
    events = {r["values"]: r["counts"] for r in pc.value_counts(timeline["source"].combine_chunks()).to_pylist()}
    found = duplicates.group_by(["source", "other_source", "type"]).aggregate([([], "count_all")])
    for row in found.to_pylist():
        pair = (row["source"], row["other_source"])
        least = min(events.get(name, 0) for name in pair)
        counts.add((ACROSS.join(pair), row["type"] or TABLE, "across-sources"), row["count_all"], least)


def _patients(tables: list[resources.Typed], counts: Counts) -> None:
    """Persons whose rows a source delivers while none of its Patients is theirs."""
    known: dict[str, set[int]] = {}
    named: dict[str, set[int]] = {}
    for table in tables:
        place = known if table.kind == "Patient" else named
        subjects = table.rows["subject_id"].to_numpy()
        for source, mine in table.sources.each():
            theirs = subjects if mine is None else subjects[mine]
            changes = theirs[1:][theirs[1:] != theirs[:-1]]
            place.setdefault(source, set()).update(theirs[:1].tolist(), changes.tolist())
    for source in sorted(known.keys() | named.keys()):
        there, people = known.get(source, set()), named.get(source, set())
        counts.add((source, "Patient", "patient-absent"), len(people - there), len(people | there))
