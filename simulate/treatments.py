"""Drug courses, for chronic diseases and in hospital, and the harm they do."""

from dataclasses import dataclass

import numpy as np

from simulate.arrays import BLOCK, DAY, Bytes, Floats, Ints, generator, uuids
from simulate.config import HospitalConfig
from simulate.illness import Illness
from simulate.knowledge import diseases, drugs, effects, formulas, places, reasons
from simulate.people import People
from simulate.stays import Stays

INSIDE_DAYS, OUTSIDE_DAYS = 1.0, 15.0  # scale of the gamma (shape 2) from start of a course to the onset of harm


@dataclass(frozen=True)
class Courses:
    """One drug course an element."""

    ids: Bytes
    who: Ints
    drug: Ints
    disease: Ints  # why; -1 in hospital
    stay: Ints  # where; -1 outside
    start: Ints
    stop: Ints  # may lie after the end of the record


@dataclass(frozen=True)
class Harms:
    """True effect events: caused by a course, or by nothing."""

    who: Ints
    effect: Ints
    drug: Ints  # -1: background
    course: Ints  # -1: background
    onset: Ints


def _chronic(rng: np.random.Generator, people: People, illness: Illness) -> Courses:
    index = places([d.name for d in drugs()])
    options = [(j, index[n], p) for j, d in enumerate(diseases()) for n, p in d.drugs.items()]
    draws, lengths = rng.random((BLOCK, len(options))), rng.exponential(6.0, (BLOCK, len(options)))
    given = np.stack([illness.has[:, j] & (draws[:, k] < p) for k, (j, _, p) in enumerate(options)], 1)
    who, option = np.nonzero(given)
    disease, drug = np.array([o[0] for o in options])[option], np.array([o[1] for o in options])[option]
    start = np.maximum(illness.onset[who, disease], people.enter[who]) + rng.integers(1, 30, len(who)) * DAY
    stop = start + (lengths[who, option] * 365 * DAY).astype(np.int64) + 30 * DAY
    return Courses(uuids(rng, len(who)), who, drug, disease, np.full(len(who), -1), start + 10 * 3600, stop + 10 * 3600)


def _in_hospital(rng: np.random.Generator, stays: Stays) -> Courses:
    """The reason's drugs, and the treatment whose effect on death is known."""
    index = places([d.name for d in drugs()])
    chance = np.zeros((len(reasons()), len(index)))
    for k, reason in enumerate(reasons()):
        for name, p in reason.drugs.items():
            chance[k, index[name]] = p
    given = rng.random((len(stays.who), len(index))) < chance[stays.reason]
    given[:, index[formulas()["treatment_drug"]]] = stays.treated
    stay, drug = np.nonzero(given)
    start = stays.start[stay] + rng.integers(1, 8, len(stay)) * 1800
    stop = np.maximum(stays.stop[stay], start + 3600)
    return Courses(uuids(rng, len(stay)), stays.who[stay], drug, np.full(len(stay), -1), stay, start, stop)


def draw_courses(config: HospitalConfig, people: People, illness: Illness, stays: Stays, block: int) -> Courses:
    rng = generator(config.seed, block, "courses")
    parts = [_chronic(rng, people, illness), _in_hospital(rng, stays)]
    return Courses(*(np.concatenate([getattr(p, n) for p in parts]) for n in Courses.__dataclass_fields__))


def effect_matrix() -> Floats:
    """drug x effect: chance per exposure above background."""
    index = places([d.name for d in drugs()])
    out = np.zeros((len(index), len(effects())))
    for e, effect in enumerate(effects()):
        for name, chance in effect.drugs.items():
            out[index[name], e] = chance
    return out


def draw_harms(config: HospitalConfig, people: People, courses: Courses, last: Ints, block: int) -> Harms:
    """A caused event is dropped when its course, or the record, ended before its onset."""
    rng = generator(config.seed, block, "harms")
    hit = rng.random((len(courses.who), len(effects()))) < effect_matrix()[courses.drug]
    course, effect = np.nonzero(hit)
    scale = np.where(courses.stay[course] >= 0, INSIDE_DAYS, OUTSIDE_DAYS)
    onset = courses.start[course] + (rng.gamma(2.0, scale) * DAY).astype(np.int64) + DAY // 8
    kept = onset < np.minimum(courses.stop[course], last[courses.who[course]])
    years = np.maximum(last - people.enter, 0) / (365 * DAY)
    rates = years[:, None] * np.array([e.background for e in effects()])
    person, plain = np.nonzero(rng.random(rates.shape) < 1 - np.exp(-rates))
    by_chance = people.enter[person] + (rng.random(len(person)) * years[person] * 365 * DAY).astype(np.int64)
    none = np.full(len(person), -1)
    return Harms(
        np.concatenate([courses.who[course][kept], person]),
        np.concatenate([effect[kept], plain]),
        np.concatenate([courses.drug[course][kept], none]),
        np.concatenate([course[kept], none]),
        np.concatenate([onset[kept], by_chance]),
    )
