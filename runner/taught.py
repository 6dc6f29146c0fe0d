"""Steps are taught what the last snapshot knows; when a night learned more, they are behind."""

import pyarrow as pa

from contract.errors import PlanError
from contract.taught import Taught
from runner.plan import Plan
from runner.rows import WHOLE
from schemas.registry import table
from store.snapshot import Snapshot


def teach(plan: Plan, snapshot: Snapshot | None) -> Plan:
    """The same plan, its steps taught; a table that the snapshot has not is empty."""
    for step in plan.steps:
        if isinstance(step.stage, Taught):
            for name in step.stage.learns:
                if table(name).phi:
                    raise PlanError(f"{step.name}: learns {name}; a step may be taught open tables only.")
            step.stage.teach({name: _whole(name, snapshot) for name in step.stage.learns})
    return plan


def learned(plan: Plan, before: Snapshot | None, now: Snapshot | None) -> bool:
    """True where a table that a step is taught is another one than it was."""
    names = {name for step in plan.steps if isinstance(step.stage, Taught) for name in step.stage.learns}
    return any(_digest(name, before) != _digest(name, now) for name in names)


def behind(plan: Plan, fresh: Plan) -> bool:
    """True where a step of the fresh plan is not what it was in the plan that ran."""
    before = {step.name: step.fingerprint for step in plan.steps}
    return any(step.fingerprint != before[step.name] for step in fresh.steps)


def _whole(name: str, snapshot: Snapshot | None) -> pa.Table:
    held = snapshot is not None and (name, WHOLE) in snapshot.files
    return snapshot.read(name, WHOLE) if held and snapshot else table(name).empty()


def _digest(name: str, snapshot: Snapshot | None) -> str:
    """Empty where it is not there or has no rows."""
    stat = snapshot.files.get((name, WHOLE)) if snapshot else None
    return stat.digest if stat and stat.rows else ""
