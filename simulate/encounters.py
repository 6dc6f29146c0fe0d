"""Every contact with the hospital: stays, visits, emergency visits, biopsies, visits because of a drug's harm."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simulate.arrays import BLOCK, DAY, Bools, Bytes, Ints, generator, seconds, uuids
from simulate.config import HospitalConfig
from simulate.illness import Illness
from simulate.knowledge import diseases, formulas, places, rows
from simulate.people import People
from simulate.stays import Stays
from simulate.treatments import Harms

WELLNESS, FOLLOW_UP, EMERGENCY, SYMPTOM, BIOPSY, INPATIENT = range(6)


@dataclass(frozen=True)
class Encounters:
    """Sorted by person and start."""

    ids: Bytes
    who: Ints
    kind: Ints
    start: Ints
    stop: Ints
    open: Bools  # the stay had not ended at the end of the record
    disease: Ints  # reason of a follow-up or biopsy, -1 else
    stay: Ints  # row of Stays, -1 else
    harm: Ints  # row of Harms, -1 else
    provider: Ints


@cache
def kinds() -> list[dict[str, str]]:
    return rows("encounter_kinds")


@dataclass(frozen=True)
class Lives:
    """What brings people to the hospital."""

    people: People
    illness: Illness
    stays: Stays
    harms: Harms
    last: Ints  # per person: death or the end of the record


@dataclass
class Visits:
    who: Ints
    start: Ints
    kind: Ints
    disease: Ints
    harm: Ints


def _visits(who: Ints, start: Ints, kind: int, disease: Ints | None = None, harm: Ints | None = None) -> Visits:
    none = np.full(len(who), -1)
    return Visits(who, start, np.full(len(who), kind), none if disease is None else disease,
                  none if harm is None else harm)  # fmt: skip


def _office_hour(rng: np.random.Generator, when: Ints) -> Ints:
    return when // DAY * DAY + rng.integers(8 * 12, 17 * 12, len(when)) * 300


def _routine(rng: np.random.Generator, people: People, illness: Illness, last: Ints) -> list[Visits]:
    years = np.maximum(last - people.enter, 0) / (365.25 * DAY)
    rate = formulas()["visits"]
    per_person = {WELLNESS: np.full(BLOCK, rate["wellness"]), FOLLOW_UP: rate["follow_up"] * illness.burden,
                  EMERGENCY: np.full(BLOCK, rate["emergency"])}  # fmt: skip
    out = []
    for kind, each in per_person.items():
        who = np.repeat(np.arange(BLOCK), rng.poisson(np.minimum(each, 3.0) * years))
        when = people.enter[who] + (rng.random(len(who)) * (last - people.enter)[who]).astype(np.int64)
        score = rng.random((len(who), len(diseases()))) * illness.has[who]
        known = illness.onset[who, score.argmax(1)] <= when
        disease = np.where((score.max(1, initial=0) > 0) & known & (kind == FOLLOW_UP), score.argmax(1), -1)
        start = when if kind == EMERGENCY else _office_hour(rng, when)
        out.append(_visits(who, start, kind, disease))
    return out


def _biopsies(rng: np.random.Generator, people: People, illness: Illness) -> Visits:
    """A breast biopsy at the onset of every breast cancer, and a benign one in 6 % of all women over 35."""
    breast = places([d.name for d in diseases()])["breast_cancer"]
    cancer = illness.has[:, breast]
    old = people.age(np.arange(BLOCK), people.enter) > 35
    benign = ~people.male & old & ~cancer & (rng.random(BLOCK) < 0.06)
    when = np.where(cancer, np.maximum(illness.onset[:, breast], people.enter), people.enter) + 40 * DAY
    who = np.flatnonzero(cancer | benign)
    return _visits(who, _office_hour(rng, when[who]), BIOPSY, np.where(cancer[who], breast, -1))


def _harmed(rng: np.random.Generator, harms: Harms) -> Visits:
    """The person comes within five days of the onset."""
    start = _office_hour(rng, harms.onset + rng.integers(1, 6, len(harms.who)) * DAY)
    return _visits(harms.who, start, SYMPTOM, harm=np.arange(len(harms.who)))


def _free(visits: Visits, stays: Stays) -> Bools:
    """Not within a day of a stay of the same person."""
    free = np.ones(len(visits.who), bool)
    for number in range(int(stays.number.max(initial=-1)) + 1):
        start, stop = np.full(BLOCK, 2**41), np.full(BLOCK, -(2**41))
        chosen = stays.number == number
        start[stays.who[chosen]], stop[stays.who[chosen]] = stays.start[chosen], stays.stop[chosen]
        free &= (visits.start + DAY < start[visits.who]) | (visits.start - DAY > stop[visits.who])
    return free


def draw_encounters(config: HospitalConfig, lives: Lives, block: int) -> Encounters:
    people, stays, last = lives.people, lives.stays, lives.last
    rng = generator(config.seed, block, "encounters")
    parts = [
        *_routine(rng, people, lives.illness, last),
        _biopsies(rng, people, lives.illness),
        _harmed(rng, lives.harms),
    ]
    visits = Visits(*(np.concatenate([getattr(p, n) for p in parts]) for n in Visits.__dataclass_fields__))
    kept = (visits.start >= people.enter[visits.who]) & (visits.start + DAY < last[visits.who]) & _free(visits, stays)
    visits = Visits(*(getattr(visits, n)[kept] for n in Visits.__dataclass_fields__))
    minutes = np.array([int(k["minutes"]) for k in kinds()])
    end = seconds(config.end) + DAY
    none = np.full(len(stays.who), -1)
    who = np.concatenate([visits.who, stays.who])
    start = np.concatenate([visits.start, stays.start])
    stop = np.concatenate([visits.start + minutes[visits.kind] * 60, stays.stop])
    order = np.lexsort((start, who))
    doctor = rng.integers(0, 10_000, BLOCK)  # one's own physician outside, anybody in hospital
    kind = np.concatenate([visits.kind, np.full(len(none), INPATIENT)])[order]
    provider = np.where(kind <= FOLLOW_UP, doctor[who[order]], rng.integers(0, 10_000, len(order)))
    return Encounters(
        uuids(rng, len(order)), who[order], kind, start[order], np.minimum(stop[order], end), stop[order] > end,
        np.concatenate([visits.disease, none])[order],
        np.concatenate([np.full(len(visits.who), -1), np.arange(len(none))])[order],
        np.concatenate([visits.harm, none])[order], provider,
    )  # fmt: skip
