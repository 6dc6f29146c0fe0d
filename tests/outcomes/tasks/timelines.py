"""Small timelines written by hand: one line an event."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from outcomes.timeline import Timeline, read


def table(*events: tuple[Any, ...]) -> pa.Table:
    """(subject, time, code, numeric_value, encounter_id, recorded_time); what is left out is null."""
    full = [tuple(event) + (None,) * (6 - len(event)) for event in events]
    columns = list(zip(*full, strict=True)) if full else [()] * 6
    return pa.table(
        {
            "subject_id": pa.array(columns[0], pa.int64()),
            "time": pa.array([moment(one) for one in columns[1]], pa.timestamp("us")),
            "code": pa.array(columns[2], pa.string()),
            "numeric_value": pa.array(columns[3], pa.float32()),
            "encounter_id": pa.array(columns[4], pa.string()),
            "recorded_time": pa.array([moment(one) for one in columns[5]], pa.timestamp("us")),
        }
    )


def timeline(*events: tuple[Any, ...]) -> Timeline:
    return read(table(*events))


def moment(text: str | None) -> datetime | None:
    """`5 12:00`: of January 2020."""
    if text is None:
        return None
    day, _, clock = text.partition(" ")
    hour, _, minute = (clock or "0:00").partition(":")
    return datetime(2020, 1, int(day), int(hour), int(minute), tzinfo=UTC).replace(tzinfo=None)
