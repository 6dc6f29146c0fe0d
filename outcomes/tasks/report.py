"""What became of everybody who might have been in the cohort: as data for the card, as text for the terminal."""

from typing import Any

import numpy as np

from contract.errors import InputError
from outcomes.cohort import Cohort, Loss
from outcomes.tasks.horizons import learnable
from outcomes.tasks.task import Task
from outcomes.timeline import Bools

Report = dict[str, Any]


def report(task: Task, cohort: Cohort) -> Report:
    """Steps in their order; of each target at each prediction time the rows, the yes among those known, the rate."""
    return {
        "task": cohort.task,
        "rows": len(cohort),
        "persons": len(np.unique(cohort.subject)),
        "stays": stays(cohort),
        "censored": sum(one.rows - one.left for one in cohort.losses if "censored: " in one.step),
        "overlapping": sum(one.rows for one in cohort.losses if one.step.startswith("overlap")),
        "steps": [step(one) for one in cohort.losses],
        "targets": {
            target: {name: rates(cohort, column, rows) for name, rows in whens(task, cohort).items()}
            for column, target in enumerate(cohort.targets)
        },
    }  # fmt: skip


def step(one: Loss) -> Report:
    said = {"step": one.step, "rows": one.rows, "left": one.left}
    return said | {"persons": one.subjects, "persons_left": one.subjects_left}


def stays(cohort: Cohort) -> int:
    return len({(int(one), int(began), name) for one, began, name in
                zip(cohort.subject, cohort.began, cohort.encounter, strict=True)})  # fmt: skip


def whens(task: Task, cohort: Cohort) -> dict[str, Bools]:
    """Rows of each prediction time. Those of an event (discharge) and of `now` lie at no hour of the list."""
    passed = cohort.at - cohort.began
    left, found = np.ones(len(cohort), bool), {}
    for when in task.options.prediction_times:
        if not when.event:
            found[when.name] = left & (passed == when.offset)
            left &= ~found[when.name]
    events = [when.name for when in task.options.prediction_times if when.event]
    if left.any() or events or not found:
        found[", ".join(events) or ("now" if found else "index")] = left
    return found


def rates(cohort: Cohort, column: int, rows: Bools) -> Report:
    label = cohort.label[rows, column]
    known = int((~np.isnan(label)).sum())
    yes = int((label == 1).sum())
    return {
        "rows": len(label),
        "persons": len(np.unique(cohort.subject[rows])),
        "yes": yes,
        "base_rate": yes / known if known else None,
        "unknown": len(label) - known,
    }


def text(said: Report, most: int = 20) -> str:
    """A table for people; of many targets the first `most`."""
    size = f"{said['rows']:,} predictions of {said['stays']:,} stays of {said['persons']:,} persons"
    lines = [f"{said['task']}: {size}", "", f"{'step':<62}{'rows':>10}{'lost':>9}{'persons':>9}"]
    for one in said["steps"]:
        lost = one["rows"] - one["left"]
        lines.append(f"{one['step'][:61]:<62}{one['left']:>10,}{-lost if lost else '':>9}{one['persons_left']:>9,}")
    lines += ["", f"{'target':<32}{'when':<30}{'rows':>10}{'yes':>9}{'rate':>9}"]
    for target in list(said["targets"])[:most]:
        for when, one in said["targets"][target].items():
            rate = "" if one["base_rate"] is None else f"{one['base_rate']:.1%}"
            name = f"{(target or said['task'])[:31]:<32}{when[:29]:<30}"
            lines.append(f"{name}{one['rows']:>10,}{one['yes']:>9,}{rate:>9}")
    if len(said["targets"]) > most:
        lines.append(f"and {len(said['targets']) - most} more targets")
    return "\n".join(lines)


def trainable(cohort: Cohort) -> None:
    """InputError where nothing can be learned: no rows, no targets, or a target with labels of one kind only."""
    if not len(cohort):
        raise InputError(f"task {cohort.task}: no rows are left. {steps(cohort)}")
    if not cohort.targets:
        raise InputError(f"task {cohort.task}: none of the target's codes occurs in enough persons. {steps(cohort)}")
    if cohort.times is not None:
        learnable(cohort)
        return
    yes, no = (cohort.label == 1).sum(0), (cohort.label == 0).sum(0)
    for target, one, other in zip(cohort.targets, yes, no, strict=True):
        if not one or not other:
            name = f"target {target} of task {cohort.task}" if target else f"task {cohort.task}"
            raise InputError(
                f"{name} cannot be learned: {int(one)} rows say yes and {int(other)} no "
                f"({len(cohort) - int(one) - int(other)} are not known); both are needed. {steps(cohort)}"
            )


def steps(cohort: Cohort) -> str:
    """Where rows went, and what matched nothing."""
    told = [one for one in cohort.losses if one.rows != one.left or not one.left or one.step.startswith("no event")]
    return "Steps: " + "; ".join(f"{one.step} ({one.rows} to {one.left})" for one in told or cohort.losses)
