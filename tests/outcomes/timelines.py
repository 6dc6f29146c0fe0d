"""Small timelines and cohorts written down by hand."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.timeline import NEVER, Timeline, read

Event = tuple[int, str | None, str, float | None, str | None, str | None]
"""subject, time, code, value, encounter, recorded (None: at once)."""


def rows(events: Sequence[Event]) -> pa.Table:
    subject, time, code, value, encounter, recorded = (list(column) for column in zip(*events, strict=True))
    moments = [datetime.fromisoformat(t) if t else None for t in time]
    known = [datetime.fromisoformat(r) if r else t for r, t in zip(recorded, moments, strict=True)]
    return pa.table({
        "subject_id": pa.array(subject, pa.int64()), "time": pa.array(moments, pa.timestamp("us")), "code": code,
        "numeric_value": pa.array(value, pa.float32()), "encounter_id": pa.array(encounter, pa.string()),
        "recorded_time": pa.array(known, pa.timestamp("us")),
    })  # fmt: skip


def cohort(timeline: Timeline, asked: Sequence[tuple[int, str, str | None]]) -> Cohort:
    """Of (subject, prediction time, encounter)."""
    places = {int(subject): k for k, subject in enumerate(timeline.subjects)}
    at = np.array([np.datetime64(time, "us").astype(np.int64) for _, time, _ in asked], np.int64)
    return Cohort(
        "task", ("",), np.array([places[subject] for subject, _, _ in asked], np.int64),
        np.array([encounter for _, _, encounter in asked], object), at, at, np.full(len(at), NEVER),
        np.full((len(at), 1), np.nan, np.float32),
    )  # fmt: skip


def timeline(events: Sequence[Event]) -> Timeline:
    return read(rows(events))
