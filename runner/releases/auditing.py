"""The audit's verdict on a whole release before it appears: what it would withhold refuses it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from contract.errors import CheckFailed
from contract.work import MANIFEST, Shard, Withheld
from nlp.deid.audit.check import LeakAudit
from nlp.deid.audit.digests import READS, KnownDigests
from runner.config import Config
from runner.releases.project import Project
from schemas.gate import KNOWN_DIGESTS
from schemas.people import IDENTITIES
from schemas.registry import match
from store.snapshot import Snapshot

CLASS, GATE = "nlp.deid.audit.check:LeakAudit", "nlp.deid.stage:Deidentify"


def audit_of(config: Config) -> LeakAudit:
    """The night's own audit with its canaries, else one with the defaults."""
    for pipeline in config.pipelines.values():
        for entry in pipeline.checks.values():
            if entry.uses == CLASS:
                made: LeakAudit = entry.make()
                return made
    return LeakAudit()


def gate_of(config: Config) -> dict[str, Any]:
    """Parameters of the night's own gate, but for the policy."""
    for pipeline in config.pipelines.values():
        for entry in pipeline.steps.values():
            if entry.uses == GATE:
                return {name: said for name, said in entry.parameters.items() if name != "policy"}
    return {}


def require_all_seen(parts: Sequence[Shard], rows: int) -> None:
    """A row that the audit did not look at is not released."""
    seen = sum(count for part in parts if "rows" in part for count in part["rows"]["rows"].to_pylist())
    if seen != rows:
        raise CheckFailed(
            f"the audit looked at {seen:,} of {rows:,} rows; nothing was released. This is a fault: report it."
        )


def verdict(snapshot: Snapshot, audit: LeakAudit, project: Project, parts: Sequence[Shard]) -> tuple[Withheld, ...]:
    """Rows to withhold; raises where they are more than the project bears, or a canary is among them."""
    said = audit.verdict([*parts, {KNOWN_DIGESTS.name: _known(snapshot)}])
    hits = set(said.withheld)
    if not said.passed or len(hits) > project.max_leaks:
        lines = "; ".join(said.lines[1:]) or said.lines[0]
        raise CheckFailed(
            f"{project.name}: the audit found what may name a person: {lines}. Nothing was released. Leave the table "
            "out, or mend what let it pass; `max_leaks` says how many rows may be withheld instead."
        )
    return said.withheld


def texts(audit: LeakAudit, said: Iterable[object]) -> Shard:
    """What stands beside the tables (manifest, summary, meaning of codes), as the audit reads it."""
    return audit.partial({MANIFEST: pa.table({"text": [json.dumps(each) for each in said]})})


def without(name: str, rows: pa.Table, withheld: Iterable[Withheld]) -> pa.Table:
    """The rows of a table that the audit lets pass; with a note goes its event."""
    gone = np.zeros(len(rows), dtype=bool)
    for column, values in _columns(name, withheld).items():
        if column in rows.column_names:
            gone |= np.isin(np.array([str(each) for each in rows[column].to_pylist()], dtype=object), list(values))
    return rows.filter(pa.array(~gone))


def _columns(name: str, withheld: Iterable[Withheld]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in withheld:
        if row.table == name:
            found[row.column].add(row.value)
        elif row.table == "notes" and name == "timeline":
            found["text_value"].add(row.value)
    return found


def _known(snapshot: Snapshot) -> pa.Table:
    """Everyone's numbers and contacts: the night's, or made now where no night keeps them."""
    if KNOWN_DIGESTS.name in snapshot.tables():
        return snapshot.read(KNOWN_DIGESTS.name, "all")
    made = KnownDigests()
    names = [table.name for pattern in READS for table in match(pattern) if table.name != IDENTITIES.name]
    people = snapshot.read(IDENTITIES.name, "all")
    parts = [
        made.partial(
            {IDENTITIES.name: people, **{n: snapshot.read(n, shard) for n in names if shard in snapshot.shards(n)}}
        )
        for shard in snapshot.shards("phi/fhir/Patient")
    ]
    return made.merge(parts)[KNOWN_DIGESTS.name]
