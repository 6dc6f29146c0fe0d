"""Self-controlled case series: is the event more frequent in a person's own days after the start of a drug?

Farrington 1995, Whitaker 2006. Cases only; given that a person had the event, the day it fell on is multinomial over
their observed days. All drugs of the cases are in one model (Simpson 2013), each with days before, its first day, days
at risk and later: what another drug that began together does is not laid at this one's door. Time since a person was
first seen is in it, for old illness is recorded in the first months. A weak normal prior keeps Newton's steps finite
where a window holds no event.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nlp.adverse.signals.cells import Floats, Ints
from nlp.adverse.signals.records.population import Population
from nlp.adverse.signals.records.windows import Windows

PRIOR_SD = 3.0  # of a log rate ratio: exp(6) is still likely
STEPS, NEAR = 50, 1e-8
MOST_CASES = 20_000
RECORD = (90, 180, 365, 730)  # days since a person was first seen
PRE, DAY, RISK, LATER = range(4)  # windows of a drug; on its first day nobody knows which came first
WIDE = 4
ABOVE = {RISK: (), DAY: (RISK,), LATER: (RISK, DAY), PRE: (RISK, DAY, LATER)}  # whose days are not this one's


@dataclass(frozen=True)
class Spells:
    """Stretches of days of cases, cut wherever a window begins or ends. `x`: spell by covariate, 0 or 1."""

    who: Ints  # case of the spell, from 0 in steps of 1
    days: Floats
    x: Floats
    hit: Floats  # 1 where the event fell into it


@dataclass(frozen=True)
class Estimate:
    """Of one pair. `before`: the rate ratio of the days before the drug, its lower bound."""

    drug: int
    cases: int  # in the risk window
    cases_exposed: int  # who ever took the drug while seen
    log: float
    se: float
    before: float
    before_lower: float


def series(people: Population, event: int, windows: Windows, least: int = 5) -> list[Estimate]:
    """Estimates of every drug in whose risk window at least `least` cases fell."""
    who, day = _cases(people, event, windows)
    if len(who) < least:
        return []
    drugs, exposed = _drugs(people, who, least)
    if not len(drugs):
        return []
    spells = cut(people, who, day, drugs, windows)
    beta, cov = fit(spells)
    at_risk = spells.hit @ spells.x
    found = []
    for k, drug in enumerate(drugs.tolist()):
        pre, risk = WIDE * k + PRE, WIDE * k + RISK
        if at_risk[risk] >= least:
            se, se_pre = np.sqrt(cov[risk, risk]), np.sqrt(cov[pre, pre])
            lower = beta[pre] - 1.96 * se_pre if at_risk[pre] >= 3 else -np.inf
            found.append(
                Estimate(
                    drug,
                    int(at_risk[risk]),
                    int(exposed[k]),
                    float(beta[risk]),
                    float(se),
                    float(beta[pre]),
                    float(lower),
                )
            )
    return found


def _cases(people: Population, event: int, windows: Windows) -> tuple[Ints, Ints]:
    """Persons whose first event fell into the days in which they were seen, without the run-in."""
    mine = slice(*np.searchsorted(people.event_kind, [event, event + 1]))
    who, day = people.event_who[mine], people.event_day[mine]
    inside = (day > people.start[who] + windows.run_in) & (day <= people.stop[who])
    who, day = who[inside], day[inside]
    every = max(1, -(-len(who) // MOST_CASES))
    return who[::every], day[::every]


def _drugs(people: Population, who: Ints, least: int) -> tuple[Ints, Ints]:
    """Drugs that at least `least` cases took, and how many did."""
    mine = np.isin(people.course_who, who) & people.first
    counted = np.bincount(people.course_drug[mine], minlength=len(people.drugs))
    drugs = np.flatnonzero(counted >= least)
    return drugs, counted[drugs]


def cut(people: Population, who: Ints, day: Ints, drugs: Ints, windows: Windows) -> Spells:
    column = np.full(len(people.drugs), -1)
    column[drugs] = np.arange(len(drugs))
    place = np.full(people.persons, -1)
    place[who] = np.arange(len(who))
    mine = (place[people.course_who] >= 0) & (column[people.course_drug] >= 0)
    courses = [a[mine] for a in (people.course_who, people.course_drug, people.course_start, people.course_stop)]
    case, k, start, stop = place[courses[0]], column[courses[1]], courses[2], courses[3]
    end = np.minimum(start + windows.risk, stop + windows.carry)
    later = np.maximum(stop + windows.carry, end)
    bounds = [
        (start - windows.pre, start, PRE),
        (start, start + windows.first, DAY),
        (start + windows.first, end + 1, RISK),
        (end + 1, later + 1, LATER),
    ]
    ranges = (case, k, bounds)
    low, high = people.start[who] + windows.run_in + 1, people.stop[who] + 1  # from, up to but not including
    pieces = [
        _one(i, ranges_of, (int(low[i]), int(high[i]), int(day[i]))) for i, ranges_of in _by_case(ranges, len(who))
    ]
    width = WIDE * len(drugs)
    return _spells(pieces, width, people, who, windows)


Range = tuple[int, int, int]  # from, up to, covariate
Piece = tuple[int, int, int, int, tuple[int, ...]]  # case, from, days, hit, covariates


def _by_case(ranges: tuple[Ints, Ints, list[tuple[Ints, Ints, int]]], cases: int) -> list[tuple[int, list[Range]]]:
    case, k, bounds = ranges
    out: list[tuple[int, list[Range]]] = [(i, []) for i in range(cases)]
    for begins, ends, part in bounds:
        for i, j, a, b in zip(case.tolist(), k.tolist(), begins.tolist(), ends.tolist(), strict=True):
            if b > a:
                out[i][1].append((a, b, WIDE * j + part))
    return out


def _one(i: int, ranges: list[Range], seen: tuple[int, int, int]) -> list[Piece]:
    """The spells of one case. Of one drug's windows, a day is in the first of: at risk, first day, later, before."""
    low, high, day = seen
    cuts = sorted({low, high, *(c for a, b, _ in ranges for c in (a, b) if low < c < high)})
    out = []
    for a, b in pairwise(cuts):
        inside = {c for x, y, c in ranges if x <= a < y}
        kept = {c for c in inside if not any(c - c % WIDE + other in inside for other in ABOVE[c % WIDE])}
        out.append((i, a, b - a, int(a <= day < b), tuple(sorted(kept))))
    return out


def _spells(pieces: list[list[Piece]], width: int, people: Population, who: Ints, windows: Windows) -> Spells:
    flat = [piece for each in pieces for piece in each]
    x = np.zeros((len(flat), width))
    for row, piece in enumerate(flat):
        x[row, list(piece[4])] = 1.0
    case = np.array([p[0] for p in flat])
    middle = np.array([p[1] + p[2] / 2 for p in flat])
    bands = [x, _record(people.start[who][case], middle)]
    if windows.age_years:
        age = np.floor((middle - np.nan_to_num(people.birth[who])[case]) / (365.25 * windows.age_years))
        bands += [(age == value).astype(float)[:, None] for value in np.unique(age)[1:]]
    if windows.season:
        quarter = (middle % 365.25) // 91.32
        bands += [(quarter == value).astype(float)[:, None] for value in (1, 2, 3)]
    return Spells(case, np.array([float(p[2]) for p in flat]), np.hstack(bands), np.array([float(p[3]) for p in flat]))


def _record(start: Ints, middle: Floats) -> Floats:
    """How long a person has been seen: what they had before is recorded in the first months, when drugs begin too."""
    return np.column_stack([(middle - start < bound).astype(float) for bound in RECORD])


def fit(spells: Spells, prior_sd: float = PRIOR_SD) -> tuple[Floats, Floats]:
    """Log rate ratios and their covariance: Newton on the conditional likelihood with the prior."""
    width, first = spells.x.shape[1], np.flatnonzero(np.diff(spells.who, prepend=-1))
    beta, ridge = np.zeros(width), np.eye(width) / prior_sd**2
    value = -np.inf
    step = np.zeros(width)
    for _ in range(STEPS):
        log = np.log(spells.days) + spells.x @ beta
        top = np.maximum.reduceat(log, first)[spells.who]
        weight = np.exp(log - top)
        total = np.add.reduceat(weight, first)[spells.who]
        share = weight / total
        now = float(spells.hit @ (log - top - np.log(total)) - 0.5 * beta @ ridge @ beta)
        if now < value - 1e-10:  # too far: half the step
            step, beta = step / 2, beta - step / 2
            continue
        value = now
        mean = np.add.reduceat(spells.x * share[:, None], first)
        slope = spells.x.T @ spells.hit - mean.sum(0) - ridge @ beta
        hessian = (spells.x * share[:, None]).T @ spells.x - mean.T @ mean + ridge
        step = np.linalg.solve(hessian, slope)
        if np.abs(step).max() < NEAR:
            break
        beta = beta + step
    return beta, np.linalg.inv(hessian)
