"""Hospital stays: a chain per person, admission by admission, until death, the end, or the last link."""

from dataclasses import dataclass

import numpy as np

from simulate.arrays import BLOCK, DAY, Bools, Floats, Ints, generator, seconds, sigmoid
from simulate.config import HospitalConfig
from simulate.illness import Illness
from simulate.knowledge import diseases, formulas, places, reasons
from simulate.people import People
from simulate.risk import Hazard, death_logit, loglogistic_draw, readmission_logit, treatment_chance

MOST = 14  # stays per person
ACTIVE = 365.0 * DAY


@dataclass(frozen=True)
class Stays:
    who: Ints
    number: Ints  # 0 is the person's first
    reason: Ints
    start: Ints
    stop: Ints  # may lie after the end of the record
    severity: Floats
    treated: Bools
    propensity: Floats
    hazard: Hazard
    died: Bools
    readmission: Floats  # true 30-day risk at discharge, of those who leave alive
    readmitted: Bools
    days: Floats
    unplanned: Bools  # this stay is itself a 30-day readmission


@dataclass
class Chain:
    """Where each person of the block stands between two links."""

    clock: Ints
    alive: Bools
    death: Ints  # time of death, or a far future
    due: Bools  # the next admission is a readmission
    number: int = 0  # of the link


def draw_reasons(rng: np.random.Generator, illness: Illness, age: Floats) -> Ints:
    index = places([d.name for d in diseases()])
    log = np.stack([np.log(r.weight) + r.age * (age - 60) / 10 for r in reasons()], 1)
    for k, reason in enumerate(reasons()):
        for name, size in reason.links.items():
            log[:, k] += size * illness.has[:, index[name]]
    return np.asarray(np.argmax(log + rng.gumbel(size=log.shape), 1))


def _gap(rng: np.random.Generator, chain: Chain, illness: Illness, age: Floats) -> Ints:
    """Seconds to the next admission: within 30 days when due, otherwise 30 days and an exponential wait."""
    f = formulas()["admission_log_rate"]
    rate = np.exp(f["base"] + f["age"] * (age - f["centre"]) / 10 + illness.has @ [d.admit for d in diseases()])
    wait = 30 + rng.exponential(1 / rate) * 365
    return np.asarray(np.where(chain.due, 1 + 28.9 * rng.random(BLOCK), wait) * DAY).astype(np.int64)


def _outside_death(rng: np.random.Generator, chain: Chain, illness: Illness, age: Floats) -> Ints:
    f = formulas()["outside_death_log_rate"]
    rate = np.exp(f["base"] + f["age"] * (age - f["centre"]) / 10 + f["disease"] * illness.burden)
    return np.asarray(chain.clock + ((30 + rng.exponential(1 / rate) * 365) * DAY).astype(np.int64))


def _years_from_middle(config: HospitalConfig, when: Ints) -> Floats:
    middle = (seconds(config.start) + seconds(config.end)) / 2
    return np.asarray((when - middle) / (365.25 * DAY))


def _severity(rng: np.random.Generator, config: HospitalConfig, when: Ints) -> Floats:
    f = formulas()
    drift = config.drift.severity * f["drift"]["severity"] * _years_from_middle(config, when)
    return np.asarray(f["severity"]["mean"] + f["severity"]["sd"] * rng.normal(size=BLOCK) + drift)


def _link(rng: np.random.Generator, config: HospitalConfig, people: People, illness: Illness, chain: Chain) -> Stays:
    """One admission for everybody of the block (also those who will not have it: they are dropped later)."""
    f, who = formulas(), np.arange(BLOCK)
    start = chain.clock
    age, severity = people.age(who, start), _severity(rng, config, start)
    reason = draw_reasons(rng, illness, age)
    propensity = treatment_chance(severity, config.confounding)
    treated = rng.random(BLOCK) < propensity
    known = illness.has @ np.array([d.death for d in diseases()]) + np.array([r.death for r in reasons()])[reason]
    known = known + config.drift.death * f["drift"]["death"] * _years_from_middle(config, start)
    death = sigmoid(death_logit(age, severity, treated.astype(float), known))
    median = np.array([r.days for r in reasons()])[reason] * np.exp(f["stay_day"]["severity"] * severity)
    hazard = Hazard(death, np.full(BLOCK, f["death_day"]["median"]), median)
    died = rng.random(BLOCK) < death
    clock = rng.random(BLOCK)
    days = np.where(died, loglogistic_draw(clock, hazard.death_median, f["death_day"]["shape"]),
                    loglogistic_draw(clock, median, f["stay_day"]["shape"]))  # fmt: skip
    days = np.clip(days, 0.2, 120)
    known = illness.has @ np.array([d.readmit for d in diseases()]) + np.array([r.readmit for r in reasons()])[reason]
    readmission = sigmoid(readmission_logit(age, severity, days, np.full(BLOCK, float(chain.number)), known))
    readmitted = ~died & (rng.random(BLOCK) < readmission)
    stop = start + (days * DAY).astype(np.int64)
    return Stays(who, np.full(BLOCK, chain.number), reason, start, stop, severity, treated, propensity, hazard, died,
                 readmission, readmitted, days, chain.due.copy())  # fmt: skip


def draw_stays(config: HospitalConfig, people: People, illness: Illness, block: int) -> tuple[Stays, Ints]:
    """The stays of a block, and the time of death of each person (the far future for survivors)."""
    rng = generator(config.seed, block, "stays")
    far, end = 2**40, seconds(config.end) + DAY
    chain = Chain(people.enter.copy(), np.ones(BLOCK, bool), np.full(BLOCK, far), np.zeros(BLOCK, bool))
    links, kept = [], []
    for chain.number in range(MOST):
        age = people.age(np.arange(BLOCK), chain.clock)
        outside = _outside_death(rng, chain, illness, age)
        start = chain.clock + _gap(rng, chain, illness, age)
        dies = chain.alive & ~chain.due & (outside < start)
        chain.death = np.where(dies, outside, chain.death)
        chain.alive &= ~dies & (start < end)
        chain.clock = start
        link = _link(rng, config, people, illness, chain)
        links.append(link)
        kept.append(chain.alive.copy())
        chain.death = np.where(chain.alive & link.died, link.stop, chain.death)
        chain.alive &= ~link.died
        chain.clock, chain.due = link.stop, link.readmitted
    return _join(links, np.concatenate(kept)), chain.death


def _join(links: list[Stays], kept: Bools) -> Stays:
    def one(name: str) -> Ints:
        return np.asarray(np.concatenate([getattr(link, name) for link in links])[kept])

    fates = [np.concatenate([getattr(link.hazard, n) for link in links])[kept]
             for n in ("death", "death_median", "stay_median")]  # fmt: skip
    order = np.lexsort((one("start"), one("who")))
    columns = {n: one(n)[order] for n in Stays.__dataclass_fields__ if n != "hazard"}
    return Stays(hazard=Hazard(*(fate[order] for fate in fates)), **columns)  # type: ignore[arg-type]
