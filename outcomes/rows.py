"""What a forecaster says of a timeline, as rows of `outcomes` and `outcomes_account`."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.forecast import Forecaster, Said
from outcomes.tasks import horizons
from outcomes.tasks.select import select
from outcomes.tasks.task import Task
from outcomes.timeline import NEVER, Bools, Floats, Ints, Timeline
from schemas.registry import table

NO_ARTIFACT, NO_PREDICTION = "no-artifact", "no-prediction"
SCHEMA, ACCOUNT = table("outcomes").schema, table("outcomes_account").schema


@dataclass(frozen=True)
class Kept:
    explain: int  # contributions of a prediction, the strongest first
    least: float  # probability: of tasks with many targets what is lower is left out


def outcomes(forecaster: Forecaster, timeline: Timeline, events: pa.Table, kept: Kept) -> pa.Table:
    """One row a prediction and target. events: what the timeline was read from."""
    cohort = select(forecaster.task, timeline, labelled=False, targets=_targets(forecaster), rows=events)
    if not len(cohort):
        return SCHEMA.empty_table()
    said = forecaster.said(timeline, cohort, kept.explain)
    seen = observed(forecaster, timeline, events, cohort)
    many = len(forecaster.targets) > 1 and not forecaster.task.options.horizons  # of a curve no part is left out
    rows, targets = np.nonzero(~np.isnan(said.probability) & ((said.probability >= kept.least) | (not many)))
    return _table(forecaster, timeline, cohort, said, (rows, targets, seen[rows, targets]))


def observed(forecaster: Forecaster, timeline: Timeline, events: pa.Table, cohort: Cohort) -> Floats:
    """(m, t) what became of each prediction as far as the timeline shows it; NaN: not known (yet)."""
    out = np.full((len(cohort), len(forecaster.targets)), np.nan, np.float32)
    known = select(forecaster.task, timeline, targets=_targets(forecaster), rows=events, alone=True)
    places = {key: row for row, key in enumerate(_keys(known))}
    found = np.array([places.get(key, -1) for key in _keys(cohort)], np.int64)
    out[found >= 0] = known.label[found[found >= 0]]
    return out


def _targets(forecaster: Forecaster) -> tuple[str, ...] | None:
    """Those of the training, whatever is common here; None: the task has one only."""
    return forecaster.targets if forecaster.task.options.targets else None


def _keys(cohort: Cohort) -> list[tuple[int, Any, int, int]]:
    return list(zip(cohort.subject.tolist(), cohort.encounter, cohort.began.tolist(), cohort.at.tolist(), strict=True))


def _table(
    forecaster: Forecaster, timeline: Timeline, cohort: Cohort, said: Said, of: tuple[Any, Any, Floats]
) -> pa.Table:
    rows, targets, seen = of
    names = [name or None for name in forecaster.targets]
    timed = bool(forecaster.task.options.horizons)
    ahead = horizons.ahead(forecaster.task)[targets] if timed else horizon(forecaster.task, cohort)[rows]
    columns = {
        "subject_id": pa.array(timeline.subjects[cohort.subject[rows]]),
        "encounter_id": pa.array(cohort.encounter[rows], pa.string()),
        "task": pa.array([forecaster.task.name] * len(rows), pa.string()),
        "target": pa.array([names[at] for at in targets], pa.string()),
        "prediction_time": pa.array(cohort.at[rows], pa.int64()).cast(pa.timestamp("us")),
        "horizon": pa.array(ahead, pa.int64(), mask=ahead == NEVER).cast(pa.duration("us")),
        "probability": pa.array(said.probability[rows, targets], pa.float32()),
        "decision": pa.array(said.decision[rows, targets], pa.string()),
        "contributions": pa.array(
            [[vars(one) for one in said.contributions[row][at]] for row, at in zip(rows, targets, strict=True)],
            SCHEMA.field("contributions").type,
        ),
        "observed": pa.array(seen == 1, pa.bool_(), mask=np.isnan(seen)),
        "in_training": pa.array(forecaster.taught(timeline.subjects)[cohort.subject[rows]], pa.bool_()),
        "flags": pa.array([said.flags[row] for row in rows], SCHEMA.field("flags").type),
        "artifact": pa.array([forecaster.name] * len(rows), pa.string()),
    }
    return pa.table(columns, schema=SCHEMA)


def horizon(task: Task, cohort: Cohort) -> Ints:
    """(m,) microseconds; NEVER where an event ends the label's window: when it comes is not known yet."""
    window = task.windows.get(task.label)
    if window is None or window.inner.event or not window.inner.offset:
        return np.full(len(cohort), NEVER)
    return np.where(cohort.until == NEVER, NEVER, cohort.until - cohort.at)


def account(forecaster: Forecaster, timeline: Timeline, found: pa.Table) -> pa.Table:
    """One row a person."""
    events = np.diff(timeline.starts)
    unseen = (
        np.add.reduceat(forecaster.unseen(timeline), timeline.starts[:-1], dtype=np.int64) if len(events) else events
    )
    subjects, counts = np.unique(found["subject_id"].to_numpy(), return_counts=True)
    place = np.searchsorted(subjects, timeline.subjects)
    there: Bools = np.isin(timeline.subjects, subjects)
    predictions = np.where(there, counts[np.minimum(place, max(len(counts) - 1, 0))] if len(counts) else 0, 0)
    size = len(timeline.subjects)
    columns = {
        "subject_id": pa.array(timeline.subjects),
        "task": pa.array([forecaster.task.name] * size, pa.string()),
        "events": pa.array(events, pa.int64()),
        "unseen": pa.array(unseen, pa.int64()),
        "predictions": pa.array(predictions, pa.int32()),
        "flags": pa.array([[] if some else [NO_PREDICTION] for some in predictions], ACCOUNT.field("flags").type),
        "artifact": pa.array([forecaster.name] * size, pa.string()),
    }
    return pa.table(columns, schema=ACCOUNT)


def no_artifact(rows: pa.Table, task: str | None = None) -> pa.Table:
    """One row a person, that says why nothing is predicted; task: the one that was asked for."""
    subjects, first, counts = np.unique(rows["subject_id"].to_numpy(), return_index=True, return_counts=True)
    order = np.argsort(first)
    size = len(subjects)
    columns = {
        "subject_id": pa.array(subjects[order]),
        "task": pa.array([task] * size, pa.string()),
        "events": pa.array(counts[order], pa.int64()),
        "unseen": pa.array(np.zeros(size), pa.int64()),
        "predictions": pa.array(np.zeros(size), pa.int32()),
        "flags": pa.array([[NO_ARTIFACT]] * size, ACCOUNT.field("flags").type),
        "artifact": pa.nulls(size, pa.string()),
    }
    return pa.table(columns, schema=ACCOUNT)
