"""Work that must be done for everyone, because the same rows would come to something else than last night."""

from collections.abc import Collection, Mapping
from typing import Any

from runner.manifest import summary_fingerprints
from runner.plan import Plan, Step
from store.snapshot import Snapshot


def forced(plan: Plan, previous: Snapshot | None, dropped: Mapping[str, Any]) -> frozenset[str]:
    """Steps that would say something else of the same rows than they did last night."""
    if not previous:
        return frozenset()
    before = {name: step["fingerprint"] for name, step in previous.manifest().get("steps", {}).items()}
    return frozenset(step.name for step in plan.steps if _moved(step, before, dropped.keys()))


def _moved(step: Step, before: Mapping[str, str], dropped: Collection[str]) -> bool:
    return before.get(step.name) != step.fingerprint or not set(dropped).isdisjoint(step.reads)


def resummarised(plan: Plan, previous: Snapshot | None, dropped: Mapping[str, Any]) -> bool:
    """True when a summary is new or another one than last night: its parts of all shards are made anew."""
    before = previous.manifest().get("summaries", {}) if previous else {}
    bereft = any(not dropped.keys().isdisjoint(summary.reads) for summary in plan.summaries.values())
    changed = any(before.get(name) != said for name, said in summary_fingerprints(plan).items())
    return previous is not None and (bereft or changed)
