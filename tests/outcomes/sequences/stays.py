"""Small stays whose outcome shows in one value, late: enough for a tiny network to learn."""

from dataclasses import replace

import numpy as np

from models.train import Schedule
from outcomes.cohort import Cohort
from outcomes.sequences.events import Recent
from outcomes.sequences.grid import Hourly
from outcomes.sequences.learner import SequenceLearner
from outcomes.sequences.named import LEARNERS
from outcomes.timeline import ALWAYS, DAY, HOUR, NEVER, Timeline

AT = 30 * DAY
CODES = ("GENDER//F", "MEDS_BIRTH", "LAB//1", "LAB//2", "VISIT", "LATE")
QUICK = Schedule(epochs=8, rate=3e-2, average=0.7, patience=8)


def timeline(persons: int = 60, seed: int = 1) -> tuple[Timeline, Cohort]:
    """LAB//1 of the last hours is high in those who have the outcome; LATE comes after the prediction."""
    draw = np.random.default_rng(seed)
    label = np.arange(persons) % 2
    columns = [_person(draw, bool(yes)) for yes in label]
    time, recorded, code, value = (np.concatenate(column) for column in zip(*columns, strict=True))
    starts = np.r_[0, np.cumsum([len(one[0]) for one in columns])]
    made = Timeline(
        np.arange(persons) + 7, starts, time, recorded, code.astype(np.int32), value.astype(np.float32),
        np.full(len(time), -1, np.int32), CODES, (),
    )  # fmt: skip
    rows = np.arange(persons)
    at = np.full(persons, AT)
    cohort = Cohort(
        "mortality", ("",), rows, np.full(persons, None), at - DAY, at, np.full(persons, NEVER),
        label[:, None].astype(np.float32),
    )  # fmt: skip
    return made, cohort


def _person(draw: np.random.Generator, yes: bool) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    hours = np.sort(draw.integers(1, 40, 12))[::-1]
    lab = 2 + (np.arange(12) % 3)
    value = np.where(lab == 2, draw.normal(3.0 if yes else 0.0, 1, 12), draw.normal(size=12))
    time = np.r_[ALWAYS, AT - 60 * 365 * DAY, AT - hours * HOUR, AT + HOUR]
    code = np.r_[0, 1, lab, 5]
    recorded = np.where(time == ALWAYS, ALWAYS, time + 60)
    return time, recorded, code, np.r_[np.nan, np.nan, np.where(lab == 4, np.nan, value), 9.0 * yes]


def tiny(network: str, **more: object) -> SequenceLearner:
    reader = Hourly(bins=40, channels=6) if network.startswith("gru") else Recent(longest=32)
    learner = replace(LEARNERS[network], reader=reader, hidden=8, members=1, schedule=QUICK, size=16, dropout=0.0)
    return replace(learner, **more)  # type: ignore[arg-type]
