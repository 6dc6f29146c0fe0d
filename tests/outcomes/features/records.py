"""Timelines for tests, made of short rows."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from outcomes.cohort import Cohort
from outcomes.timeline import ALWAYS, HOUR, Timeline, read

NOON = 1_600_000_000_000_000

Row = tuple[int, float | None, str, float | None]
"""subject, hours since NOON, code, value; then recorded (hours), unit, text."""


def timeline(rows: Sequence[tuple[object, ...]]) -> Timeline:
    full = [(*row, *[None] * (7 - len(row))) for row in rows]
    subject, hours, code, value, recorded, unit, text = zip(*full, strict=True) if full else [()] * 7
    return read(
        pa.table(
            {
                "subject_id": pa.array(subject, pa.int64()),
                "time": _moments(hours),
                "code": pa.array(code, pa.string()),
                "numeric_value": pa.array(value, pa.float32()),
                "text_value": pa.array(text, pa.large_string()),
                "unit": pa.array(unit, pa.string()),
                "recorded_time": _moments([h if r is None else r for h, r in zip(hours, recorded, strict=True)]),
            }
        )
    )


def _moments(hours: Sequence[object]) -> pa.Array:
    return pa.array([None if h is None else NOON + round(h * HOUR) for h in hours], pa.timestamp("us"))  # type: ignore[call-overload, operator]


def cohort(timeline: Timeline, rows: Sequence[tuple[int, float, float]]) -> Cohort:
    """subject_id, admission and prediction in hours since NOON."""
    place = {int(one): at for at, one in enumerate(timeline.subjects)}
    m = len(rows)
    at = np.array([NOON + round(one[2] * HOUR) for one in rows], np.int64)
    began = np.array([NOON + round(one[1] * HOUR) for one in rows], np.int64)
    subject = np.array([place[one[0]] for one in rows], np.int64)
    label = np.full((m, 1), np.nan, np.float32)
    return Cohort("test", ("",), subject, np.full(m, None, object), began, at, at, label)


def hospital(persons: int, seed: int) -> Timeline:
    """Random events; a third recorded late, by up to three days; some without time, value or unit."""
    random = np.random.default_rng(seed)
    codes = ["LOINC//1", "LOINC//8480-6", "LOINC//76215-3", "LOINC//8867-4", "LOINC//8462-4", "SMOKES"]
    codes += ["ICD10CM//E11.65", "ICD10CM//E11.9"]
    rows: list[tuple[object, ...]] = []
    for person in range(persons):
        rows += [(person, None, "GENDER//F", None), (person, -9e4, "MEDS_BIRTH", None, -9e4 + 24)]
        for hour in np.sort(random.uniform(-100, 100, random.integers(1, 60))):
            code = codes[random.integers(len(codes))]
            late = hour + (random.uniform(0, 72) if random.random() < 0.3 else 0)
            value = random.normal(100, 20) if code.startswith("LOINC") else None
            said = str(random.choice(["yes", "no"])) if code == "SMOKES" else None
            rows.append((person, float(hour), code, value, late, None if value is None else "mg", said))
    return timeline(rows)


__all__ = ["ALWAYS", "NOON", "Row", "cohort", "hospital", "timeline"]
