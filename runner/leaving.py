"""What the plan no longer names: tables that nothing writes any more, and rows of sources that are gone."""

from collections.abc import Mapping

from contract.errors import ConfigError
from runner.inbox import Found, Inbox
from runner.plan import Plan
from runner.rows import LANDED
from schemas.clinical import OPEN_TIMELINE_SPLITS, PHI_TIMELINE_SPLITS
from schemas.night import QUARANTINE, RUNS
from schemas.people import IDENTITIES
from store.snapshot import Snapshot

OWN = {IDENTITIES.name, QUARANTINE.name, RUNS.name}  # written by the runner itself


def require_sources(plan: Plan, inbox: Inbox) -> None:
    """Rows of a source outlive its line in pipelines.yaml: somebody has to say what becomes of them."""
    held = {name for name, groups in inbox.sources.items() if groups}
    gone = sorted(held - plan.sources.keys() - set(plan.pipeline.retired))
    if gone:
        name, named = plan.pipeline.name, ", ".join(gone)
        raise ConfigError(
            f"the lake holds rows of source {named}, and pipeline {name} names no such source. Put it back under that "
            f"name (a source with another name has other persons); or write `retired: [{named}]` into {name}, and the "
            "next night withdraws all its rows."
        )


def retired(plan: Plan, inbox: Inbox) -> list[Found]:
    """All groups of sources that are retired, vanished."""
    return [
        Found(source, name, "vanished", known, None, known.arrival)
        for source in plan.pipeline.retired
        for name, known in inbox.sources.get(source, {}).items()
    ]


def ownerless(plan: Plan, previous: Snapshot | None) -> Mapping[str, int]:
    """Tables of the last snapshot that nothing in the plan writes, and their rows. Sources answer for phi/fhir/."""
    rows: dict[str, int] = {}
    for (name, _), stat in previous.files.items() if previous else ():
        rows[name] = rows.get(name, 0) + stat.rows
    return {name: count for name, count in rows.items() if not _owned(plan, name)}


def _owned(plan: Plan, name: str) -> bool:
    for prefix, owners in (("phi/partials/", plan.summaries), ("phi/recognised/", plan.sources)):
        if name.startswith(prefix):
            return name.removeprefix(prefix).split("/")[0] in owners
    works = [*(step.writes for step in plan.steps), *(summary.writes for summary in plan.summaries.values())]
    written = {table for writes in works for table in writes}
    if name in (PHI_TIMELINE_SPLITS.name, OPEN_TIMELINE_SPLITS.name):
        return name.removesuffix("_splits") in written
    return name in written or name in OWN or name.startswith(LANDED)
