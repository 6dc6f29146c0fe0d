"""A made-up ward of a few hundred stays: the pulse tells who dies; learners are tried on it."""

from datetime import UTC, datetime, timedelta

import numpy as np

from outcomes.cohort import Cohort
from outcomes.timeline import DAY, NEVER, Timeline, read
from tests.outcomes.timelines import rows

PULSE = "LOINC//8867-4"


def ward(stays: int = 160, seed: int = 3) -> tuple[Timeline, Cohort]:
    """Predictions a day after admission, one a person."""
    source = np.random.default_rng(seed)
    start = datetime(2024, 3, 1, tzinfo=UTC).replace(tzinfo=None)
    events = []
    dead = source.random(stays) < 0.3
    for person in range(1, stays + 1):
        rate = 80 + 25 * dead[person - 1] + source.normal(0, 10)
        events.append((person, start.isoformat(), "HOSPITAL_ADMISSION//IMP", None, f"e{person}", None))
        for hour in range(0, 31, 6):
            time = (start + timedelta(hours=hour)).isoformat()
            events.append((person, time, PULSE, float(rate + source.normal(0, 3)), f"e{person}", None))
    timeline = read(rows(events))
    began = np.full(stays, timeline.time[0])
    names = np.array([f"e{person}" for person in range(1, stays + 1)], object)
    label = dead[:, None].astype(np.float32)
    return timeline, Cohort("death", ("",), np.arange(stays), names, began, began + DAY, np.full(stays, NEVER), label)
