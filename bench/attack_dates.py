"""Can the weeks by which a person's dates moved be found again? From code editions and holidays of clinics.

The attacker knows how far dates may move, the calendar, the days on which codes began and ended, and that the clinic
opens on weekdays that are no federal holidays. Every offset is tried: it must put no visit on a holiday and no code
before it began or after it ended. Of the offsets that fit best one is guessed. Weekdays themselves say nothing,
because offsets are whole weeks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import yaml

FIRST, YEARS = date(2018, 1, 1), 6
TELLING = 0.04  # share of visits with a code that began or ended on a known day
FAULT = 0.002  # chance that a visit is on a closed day all the same, or a code is used out of its time


@dataclass(frozen=True)
class Visit:
    day: date
    code: str = ""


@cache
def editions() -> tuple[Mapping[str, date], Mapping[str, date]]:
    read = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return read["began"], read["ended"]


@cache
def holidays(year: int) -> frozenset[date]:
    """Days on which US federal offices are closed; what falls on a weekend is kept on the weekday beside it."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    kept = [day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0)) for day in fixed]
    moving = [_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 9, 0, 1), _nth(year, 10, 0, 2), _nth(year, 11, 3, 4)]
    return frozenset([*kept, *moving, _nth(year, 6, 0, 1) - timedelta(days=7)])


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def open_on(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def in_force(code: str, day: date) -> bool:
    began, ended = editions()
    return began.get(code, day) <= day <= ended.get(code, day)


def record(rng: Random) -> list[Visit]:
    """One person's visits: few for most, many for some (median 12), some with a code that tells time."""
    began, ended = editions()
    codes, visits = [*began, *ended], []
    for _ in range(max(1, round(rng.lognormvariate(2.5, 0.8)))):
        day = FIRST + timedelta(days=rng.randrange(YEARS * 365))
        while not open_on(day):
            day += timedelta(days=1)
        fitting = [code for code in codes if in_force(code, day)]
        visits.append(Visit(day, rng.choice(fitting) if fitting and rng.random() < TELLING else ""))
    return visits


def guess(released: Sequence[Visit], weeks: int) -> list[int]:
    """The offsets, in weeks, that fit the released visits best."""
    candidates = [week for week in range(-weeks, weeks + 1) if week]
    odds = np.zeros(len(candidates))
    for place, week in enumerate(candidates):
        back = [(visit, visit.day - timedelta(weeks=week)) for visit in released]
        faults = sum((not open_on(day)) + (not in_force(visit.code, day)) for visit, day in back)
        odds[place] = faults * np.log(FAULT)
    return [week for week, odd in zip(candidates, odds, strict=True) if odd >= odds.max() - 1e-9]


def recovered(people: int, weeks: int, seed: int) -> tuple[float, float]:
    """Share of persons whose offset is guessed (of several that fit, by chance), and how many fit on average.

    Each person's offset is drawn as the gate draws it: 1 to `weeks`, either way.
    """
    rng, hits, left = Random(f"offsets {seed}"), 0.0, 0
    for _ in range(people):
        offset = rng.randint(1, weeks) * rng.choice((-1, 1))
        released = [Visit(visit.day + timedelta(weeks=offset), visit.code) for visit in record(rng)]
        fitting = guess(released, weeks)
        hits += (offset in fitting) / len(fitting)
        left += len(fitting)
    return hits / people, left / people
