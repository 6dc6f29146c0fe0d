"""One block of 256 persons with everything that is true of them; the only place that knows the order of the draws."""

from dataclasses import dataclass

import numpy as np

from simulate.arrays import DAY, Ints, seconds
from simulate.config import HospitalConfig
from simulate.encounters import INPATIENT, Encounters, Lives, draw_encounters
from simulate.films import Films, draw_films
from simulate.illness import Illness, draw_illness
from simulate.measures import Values, World, draw_values
from simulate.people import People, draw_people
from simulate.shared import PROVIDERS, Shared
from simulate.stays import Stays, draw_stays
from simulate.treatments import Courses, Harms, draw_courses, draw_harms


@dataclass(frozen=True)
class Block:
    number: int
    config: HospitalConfig
    shared: Shared
    people: People
    illness: Illness
    stays: Stays
    death: Ints  # seconds, far future for survivors
    courses: Courses
    harms: Harms
    encounters: Encounters
    values: Values
    films: Films
    diagnosed: Ints  # person x disease: the encounter where it is first recorded, -1 for never
    prescribed: Ints  # per course: the encounter, -1 for never
    seen: Ints  # per harm: the encounter where it is noticed, -1 for never

    @property
    def last(self) -> Ints:
        return np.minimum(self.death, seconds(self.config.end) + DAY)

    @property
    def provider(self) -> Ints:
        return self.encounters.provider % PROVIDERS


def _keys(who: Ints, when: Ints) -> Ints:
    return who * 2**37 + when + 2**36


def next_encounter(e: Encounters, who: Ints, when: Ints) -> Ints:
    """The person's first encounter that starts at or after `when`; -1 for none."""
    place = np.searchsorted(_keys(e.who, e.start), _keys(who, when))
    inside = np.minimum(place, max(len(e.who) - 1, 0))
    return np.where((place < len(e.who)) & (e.who[inside] == who), inside, -1)


def previous_encounter(e: Encounters, who: Ints, when: Ints) -> Ints:
    """The person's last encounter that starts at or before `when`; -1 for none."""
    place = np.searchsorted(_keys(e.who, e.start), _keys(who, when), side="right") - 1
    inside = np.maximum(place, 0)
    return np.where((place >= 0) & (e.who[inside] == who), inside, -1)


def _diagnosed(e: Encounters, illness: Illness) -> Ints:
    who, disease = np.nonzero(illness.has)
    out = np.full(illness.has.shape, -1)
    out[who, disease] = next_encounter(e, who, illness.onset[who, disease])
    return out


def _prescribed(e: Encounters, stays: Stays, courses: Courses) -> Ints:
    """The stay itself, or the last encounter before the start (the next one where there is none)."""
    at_stay = np.full(len(stays.who), -1)
    inside = np.flatnonzero(e.kind == INPATIENT)
    at_stay[e.stay[inside]] = inside
    before = previous_encounter(e, courses.who, courses.start)
    outside = np.where(before >= 0, before, next_encounter(e, courses.who, courses.start))
    return np.where(courses.stay >= 0, at_stay[courses.stay] if len(at_stay) else -1, outside)


def _seen(e: Encounters, harms: Harms) -> Ints:
    """The visit made because of it, or the stay during which it began."""
    out = np.full(len(harms.who), -1)
    before = previous_encounter(e, harms.who, harms.onset)
    covers = (before >= 0) & (e.kind[before] == INPATIENT) & (e.stop[before] > harms.onset)
    out[covers] = before[covers]
    visits = np.flatnonzero(e.harm >= 0)
    out[e.harm[visits]] = visits
    return out


def draw_block(config: HospitalConfig, shared: Shared, number: int) -> Block:
    people = draw_people(config, number)
    illness = draw_illness(config, people, number)
    stays, death = draw_stays(config, people, illness, number)
    last = np.minimum(death, seconds(config.end) + DAY)
    courses = draw_courses(config, people, illness, stays, number)
    harms = draw_harms(config, people, courses, last, number)
    e = draw_encounters(config, Lives(people, illness, stays, harms, last), number)
    return Block(
        number, config, shared, people, illness, stays, death, courses, harms, e,
        draw_values(config, World(e, illness, stays, harms), number),
        draw_films(config, illness, stays, e, number),
        _diagnosed(e, illness), _prescribed(e, stays, courses), _seen(e, harms),
    )  # fmt: skip
