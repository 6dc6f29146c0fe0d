"""New users of a drug beside new users of others: a rate ratio weighted by propensity.

Ray 2003 (new users, active comparator), Li 2018 (overlap weights). Who begins a drug after a washout is followed
through its risk window; comparators are beginnings of other drugs, none while the drug itself is taken. The propensity
comes from age, sex, year, visits and stays before, length of record and the other drugs that began within 90 days.
Variances are sandwich sums over persons, for one person may be several comparators.
"""

from dataclasses import dataclass

import numpy as np

from nlp.adverse.signals.cells import Floats, Ints
from nlp.adverse.signals.records.population import Population
from nlp.adverse.signals.records.windows import Windows

RECENT = 90  # days in which another drug that began is a covariate
YEAR = 365
FEWEST = 5.0  # weighted events of each side, as their effective number, below which nothing is said
COMMON = 150  # drugs at most that are covariates
RIDGE = 1.0


@dataclass(frozen=True)
class Starts:
    """Beginnings of a drug after the washout, one a row; `x` their covariates, centred and scaled."""

    who: Ints
    drug: Ints
    day: Ints
    until: Ints  # end of the time at risk
    x: Floats


@dataclass(frozen=True)
class Compared:
    """`events`, `others`: persons with the event among new users, and among comparators."""

    users: int
    events: int
    others: int
    log: float
    se: float


def starts(people: Population, windows: Windows) -> Starts:
    new = people.first & (people.course_start >= people.start[people.course_who] + windows.washout)
    new &= people.course_start < people.stop[people.course_who]
    who, drug = people.course_who[new], people.course_drug[new]
    day, stop = people.course_start[new], people.course_stop[new]
    until = np.minimum(np.minimum(day + windows.risk, stop + windows.carry), people.stop[who])
    return Starts(who, drug, day, until, _covariates(people, who, drug, day))


def _covariates(people: Population, who: Ints, drug: Ints, day: Ints) -> Floats:
    age = (day - people.birth[who]) / YEAR
    age = np.where(np.isnan(age), np.nanmean(age) if len(age) else 0.0, age)
    seen = day - people.start[who]
    visits, stays = (_before(people, who, day, inside) for inside in (False, True))
    year = day / YEAR
    now = _recent(people.visit_who, people.visit_day - 1, people.visit_inside > 0, (who, day, 3))
    columns = [age, age**2, people.male[who], year, year**2, np.log1p(visits), np.log1p(stays), np.log1p(seen), now]
    counted = np.bincount(drug, minlength=len(people.drugs))
    for other in np.argsort(-counted, kind="stable")[:COMMON].tolist():
        if counted[other]:
            mine = people.course_drug == other
            columns.append(_recent(people.course_who, people.course_start, mine, (who, day, RECENT)) * (drug != other))
    x = np.column_stack(columns)
    if not len(x):
        return x
    sd = x.std(0)
    return np.asarray((x - x.mean(0)) / np.where(sd > 0, sd, 1.0))


def _key(who: Ints, day: Ints) -> Ints:
    return who.astype(np.int64) * 2**21 + np.asarray(day, np.int64) + 2**20


def _before(people: Population, who: Ints, day: Ints, inside: bool) -> Floats:
    """Visits, or stays, in the year before the day."""
    kept = people.visit_inside > 0 if inside else np.ones(len(people.visit_who), bool)
    keys = _key(people.visit_who[kept], people.visit_day[kept])
    return (np.searchsorted(keys, _key(who, day)) - np.searchsorted(keys, _key(who, day - YEAR))).astype(float)


def _recent(whose: Ints, when: Ints, kept: Floats, asked: tuple[Ints, Ints, int]) -> Floats:
    """1 where the person has one of the kept days within so many days up to the day asked, that day included."""
    who, day, days = asked
    keys = np.sort(_key(whose[kept], when[kept]))
    return (np.searchsorted(keys, _key(who, day), "right") > np.searchsorted(keys, _key(who, day - days))).astype(float)


def propensity(x: Floats, treated: Floats, rounds: int = 12) -> Floats:
    """Logistic regression with a ridge, by iterated least squares."""
    design = np.column_stack([np.ones(len(x)), x])
    beta, ridge = np.zeros(design.shape[1]), np.eye(design.shape[1]) * RIDGE
    ridge[0, 0] = 1e-6
    beta[0] = np.log(treated.mean() / (1 - treated.mean()))
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        weight = p * (1 - p)
        step = np.linalg.solve((design * weight[:, None]).T @ design + ridge, design.T @ (treated - p) - ridge @ beta)
        beta = beta + step
        if np.abs(step).max() < 1e-6:
            break
    return 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))


@dataclass(frozen=True)
class Arms:
    """Rows of Starts that are compared for one drug, with weights."""

    rows: Ints
    treated: Floats
    weight: Floats


def arms(people: Population, begun: Starts, drug: int, comparators: Ints | None = None) -> Arms | None:
    """None where either arm has fewer than 20 beginnings. `comparators`: drugs, else all others."""
    treated = begun.drug == drug
    mine = np.flatnonzero(people.course_drug == drug)
    taken = np.full(people.persons, 10**7)
    np.minimum.at(taken, people.course_who[mine], people.course_start[mine])
    other = ~treated & (begun.day + RECENT < taken[begun.who])  # not while it is taken, nor shortly before
    if comparators is not None:
        other &= np.isin(begun.drug, comparators)
    rows = np.flatnonzero(treated | other)
    if treated.sum() < 20 or other.sum() < 20:
        return None
    arm = treated[rows].astype(float)
    p = propensity(begun.x[rows], arm)
    return Arms(rows, arm, np.where(arm > 0, 1 - p, p))


def compare(people: Population, begun: Starts, arm: Arms, event: int, windows: Windows) -> Compared | None:
    """None where the event befell too few on either side, counted by their weight: (sum w)^2 / sum w^2."""
    day = np.full(people.persons, 10**7)
    mine = slice(*np.searchsorted(people.event_kind, [event, event + 1]))
    day[people.event_who[mine]] = people.event_day[mine]
    who, start, until = begun.who[arm.rows], begun.day[arm.rows] + windows.first, begun.until[arm.rows]
    when = day[who]
    kept = (when >= start) & (until >= start)  # who had it before is not at risk
    hit = (kept & (when <= until)).astype(float)
    days = np.where(kept, np.minimum(when, until) - start + 1, 0).astype(float)
    sums = []
    for side in (1.0, 0.0):
        own = (arm.treated == side) & kept
        weight = arm.weight[own]
        events, time = float(weight @ hit[own]), float(weight @ days[own])
        struck = weight * hit[own]
        if events <= 0 or events**2 / float(struck @ struck) < FEWEST:
            return None
        number = len(np.unique(who[own & (hit > 0)]))
        spread = np.bincount(who[own], weights=weight * (hit[own] - events / time * days[own]))
        sums.append((number, np.log(events / time), float((spread**2).sum()) / events**2, int(own.sum())))
    (n1, log1, var1, users), (n0, log0, var0, _) = sums
    return Compared(users, n1, n0, float(log1 - log0), float(np.sqrt(var1 + var0)))
