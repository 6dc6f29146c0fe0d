"""Coders whose habits are known, on charts whose codes are known: what they would leave in the log."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from review.judging.lists import Entry, Finished
from tests.review.judging.coded import START

POOL = [f"{letter}{number:02d}" for letter in "IJEKN" for number in range(12)]
SYSTEM = "ICD-10-CM"


@dataclass(frozen=True)
class Habit:
    """Chances. `right`, `wrong`, `planted`: that a suggestion of that kind is accepted. `alone`, `beside`: that a true
    code which nothing suggests is found on a blind chart, and where suggestions are shown. `stray`: that a code is
    chosen which is not true.
    """

    right: float = 0.95
    wrong: float = 0.15
    planted: float = 0.3
    alone: float = 0.7
    beside: float = 0.45
    stray: float = 0.004
    minutes: float = 6.0
    saved: float = 2.0  # minutes that suggestions save


@dataclass(frozen=True)
class Made:
    """One chart. `offered`: code to score."""

    chart_id: str
    true: frozenset[str]
    offered: dict[str, float]
    planted: str
    blind: bool


def charts(random: np.random.Generator, many: int, blind: float = 0.35) -> list[Made]:
    """A suggestion is right as often as its score says."""
    out = []
    for number in range(many):
        codes = list(random.permutation(POOL))
        scores = random.uniform(0.1, 0.98, size=8)
        offered = dict(zip(codes[:8], scores, strict=True))
        true = {code for code, score in offered.items() if random.random() < score}
        true |= set(codes[8 : 8 + random.integers(0, 4)])
        planted = next(code for code in codes[20:] if code not in true)
        out.append(Made(f"c{number}", frozenset(true), offered, planted, bool(random.random() < blind)))
    return out


def coded(random: np.random.Generator, chart: Made, habit: Habit, thread: str = "1", user: int = 1) -> Finished:
    rolls = random.random(len(POOL))
    chosen = {code for code, roll in zip(POOL, rolls, strict=True) if roll < _chance(chart, habit, code)}
    entries = [_offered(chart, code, score, code in chosen) for code, score in chart.offered.items()]
    if not chart.blind:
        taken = bool(random.random() < habit.planted)
        entries.append(replace(_offered(chart, chart.planted, 0.6, taken), planted=True))
        chosen -= {chart.planted}
    entries += [Entry(SYSTEM, code, "accepted") for code in sorted(chosen - chart.offered.keys())]
    seconds = 60 * random.gamma(4.0, (habit.minutes - (0 if chart.blind else habit.saved)) / 4.0)
    time = START + timedelta(minutes=int(chart.chart_id[1:]))
    return Finished(chart.chart_id, thread, "d", user, time, chart.blind, float(seconds), tuple(entries))


def _chance(chart: Made, habit: Habit, code: str) -> float:
    true = code in chart.true
    if chart.blind:
        return habit.alone if true else habit.stray
    if code in chart.offered:
        return habit.right if true else habit.wrong
    return habit.beside if true else habit.stray


def _offered(chart: Made, code: str, score: float, yes: bool) -> Entry:
    no = "unseen" if chart.blind else "rejected"
    band = "pre-accept" if score > 0.8 else "review"
    return Entry(SYSTEM, code, "accepted" if yes else no, offered=True, band=band, score=float(score))
