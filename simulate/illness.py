"""Which latent diseases a person has, from when, and what they do to the body's measures."""

from dataclasses import dataclass

import numpy as np

from simulate.arrays import BLOCK, DAY, Bools, Floats, Ints, generator, sigmoid
from simulate.config import HospitalConfig
from simulate.knowledge import Analyte, analytes, diseases, places
from simulate.people import People


@dataclass(frozen=True)
class Illness:
    has: Bools  # person x disease
    onset: Ints  # person x disease, seconds; meaningless where not has
    level: Floats  # person x analyte: the person's own level, on the analyte's working scale (log where so stated)
    burden: Floats  # number of chronic diseases


def middle(analyte: Analyte) -> float:
    return float(np.log(analyte.mean)) if analyte.scale == "log" else analyte.mean


def spread(analyte: Analyte) -> float:
    """One 'SD' of a shift: the standard deviation of a single measurement in a healthy population."""
    return float(np.hypot(analyte.between, analyte.within))


def shift_matrix(rows: list[dict[str, float]]) -> Floats:
    """disease (or reason) x analyte, in working units."""
    index = places([a.name for a in analytes()])
    out = np.zeros((len(rows), len(index)))
    for i, row in enumerate(rows):
        for name, size in row.items():
            out[i, index[name]] = size * spread(analytes()[index[name]])
    return out


def draw_illness(config: HospitalConfig, people: People, block: int) -> Illness:
    rng = generator(config.seed, block, "illness")
    index = places([d.name for d in diseases()])
    who = np.arange(BLOCK)
    age = people.age(who, people.enter) + 3
    has = np.zeros((BLOCK, len(index)), bool)
    draws, when = rng.random(has.shape), rng.random(has.shape)
    for j, disease in enumerate(diseases()):
        base, slope, man = disease.logit
        logit = base + slope * (age - 50) / 10 + man * people.male
        for parent, size in disease.raised_by.items():
            logit = logit + size * has[:, index[parent]]
        has[:, j] = draws[:, j] < sigmoid(logit)
    span = np.minimum(10.0, age)[:, None] * 365 * DAY
    onset = (people.enter[:, None] + 4 * 365 * DAY * when**2 - span * (1 - when)).astype(np.int64) // DAY * DAY
    middles = np.array([middle(a) for a in analytes()])
    level = middles + rng.normal(size=(BLOCK, len(middles))) * np.array([a.between for a in analytes()])
    level += has.astype(float) @ shift_matrix([d.shifts for d in diseases()]) + _build(people, age)
    return Illness(has, np.maximum(onset, people.birth[:, None] + 90 * DAY), level, has.sum(1).astype(float))


def _build(people: People, age: Floats) -> Floats:
    """Children are smaller; men are taller, heavier, with more hemoglobin."""
    out = np.zeros((BLOCK, len(analytes())))
    index = places([a.name for a in analytes()])
    young = np.clip(1 - age / 18, 0, 1)
    out[:, index["height"]] = 8 * people.male - 100 * young
    out[:, index["weight"]] = 10 * people.male - 62 * young
    out[:, index["bmi"]] = -9 * young
    out[:, index["hemoglobin"]] = 0.8 * people.male
    out[:, index["sbp"]] = -22 * young
    out[:, index["heart_rate"]] = 35 * young
    return out
