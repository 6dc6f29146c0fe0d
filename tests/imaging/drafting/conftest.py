"""Readings of studies written by hand: what the heads would say of them."""

from collections.abc import Callable

import numpy as np
import pytest

from imaging.drafting.reading import Reading, read_all
from imaging.finding import POSITIONS, SEVERITIES, SIDES
from imaging.heads.readings import Readings
from imaging.studies import Studies, prior

NAMES = ("cardiomegaly", "edema", "effusion", "opacity", "consolidation", "pneumonia", "pneumothorax", "fracture",
         "hyperinflation", "hypoinflation", "granuloma", "picc", "et_tube", "device")  # fmt: skip
Said = dict[str, float | tuple[float | str, ...]]  # name to probability, side, severity, position
Make = Callable[..., Readings]


def made(*studies: Said, names: tuple[str, ...] = NAMES, mute: tuple[str, ...] = ()) -> Readings:
    """Stated from .5, doubtful from .2, absent up to .05; what is not named has .01."""
    n, f = len(studies), len(names)
    presence = np.full((n, f), 0.01)
    aspects = {"side": np.zeros((n, f, 4)), "severity": np.zeros((n, f, 4)), "position": np.zeros((n, f, 3))}
    values = {"side": ("", *SIDES), "severity": ("", *SEVERITIES), "position": ("", *POSITIONS)}
    for each in aspects.values():
        each[..., 0] = 1
    for row, study in enumerate(studies):
        for name, said in study.items():
            column = names.index(name)
            chance, *words = said if isinstance(said, tuple) else (said,)
            presence[row, column] = chance
            for (aspect, array), word in zip(aspects.items(), words, strict=False):
                array[row, column] = 0
                array[row, column, values[aspect].index(str(word))] = 1
    speaks = np.array([name not in mute for name in names])
    return Readings(names, presence, *aspects.values(), np.full(f, 0.5), np.full(f, 0.2), np.full(f, 0.05), speaks,
                    np.zeros(n, bool))  # fmt: skip


def given(subjects: list[int], vectors: np.ndarray | None = None) -> Studies:
    """One image a study, a day apart, named s0, s1 and so on."""
    n = len(subjects)
    time = np.datetime64("2026-01-01", "us") + np.arange(n) * np.timedelta64(1, "D")
    subject = np.array(subjects, np.int64)
    vectors = np.ones((n, 3), np.float32) if vectors is None else vectors.astype(np.float32)
    ids = np.array([f"s{at}" for at in range(n)], object)
    return Studies(ids, subject, time, np.full(n, "CR", object), np.arange(n + 1, dtype=np.int64), vectors,
                   np.full(n, "", object), prior(subject, time))  # fmt: skip


@pytest.fixture
def make() -> Make:
    return made


@pytest.fixture
def studies() -> Callable[..., Studies]:
    return given


@pytest.fixture
def one() -> Callable[[Said], Reading]:
    return lambda said: read_all(made(said))[0]
