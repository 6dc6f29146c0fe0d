"""Coders with known habits: the figures' intervals of 95 % hold the truth about as often as they promise."""

from functools import cache

import numpy as np
import pytest

from review.judging import acceptance, agreement, bias
from review.judging.figure import Figure
from review.judging.lists import Finished
from tests.review.judging.simulated import POOL, Habit, charts, coded

HABIT = Habit()
OTHER = Habit(right=0.9, wrong=0.05, planted=0.1, alone=0.75, beside=0.6)
CHARTS, TIMES, MANY = 100, 40, 4_000
FEWEST = 34  # of 40 at a chance of 95 %: fewer happens to one of a hundred
NAMES = ("kappa", "F1", "F1, mean of charts", "same codes", "bias index", "planted", "commission", "followed",
         "omission", "relative recall", "minutes", "review", "accepted minus score")  # fmt: skip


def hospital(seed: int, many: int) -> list[Finished]:
    random = np.random.default_rng(seed)
    made = charts(random, many)
    first = [coded(random, chart, HABIT) for chart in made]
    return first + [coded(random, chart, OTHER, "2", 2) for chart in made[: many // 2]]


def every(finished: list[Finished]) -> dict[str, Figure]:
    arms, seen = bias.arms(finished), acceptance.shown(finished)
    omitted = bias.omission(arms)
    return {
        **{each.name: each for each in agreement.figures(agreement.pairs(finished))},
        "planted": bias.planted(arms, {})[0],
        "commission": bias.commission(arms).difference,
        "followed": bias.followed(arms, "pre-accept").difference,
        "omission": omitted.difference,
        "relative recall": bias.relative_recall(omitted),
        "minutes": bias.minutes(arms).difference,
        "review": acceptance.bands(seen)[1].share,
        "accepted minus score": acceptance.in_the_large(seen),
    }


@cache
def drawn() -> list[dict[str, Figure]]:
    return [every(hospital(seed, CHARTS)) for seed in range(TIMES)]


@cache
def large() -> list[Finished]:
    """So many charts that its figures are the truth."""
    return hospital(999, MANY)


@cache
def truth() -> dict[str, Figure]:
    return every(large())


@pytest.mark.parametrize("name", NAMES)
def test_intervals_hold_the_truth(name: str) -> None:
    found = [each[name] for each in drawn()]
    assert sum(each.low <= truth()[name].value <= each.high for each in found) >= FEWEST
    spread = np.std([each.value for each in found])
    assert np.mean([each.high - each.low for each in found]) < 1.5 * 3.92 * spread  # nor are they too wide


def test_known_habits_are_found() -> None:
    arms = bias.arms(large())
    assert bias.planted(arms, {})[0].value == pytest.approx(HABIT.planted, abs=0.03)
    assert bias.minutes(arms).difference.value == pytest.approx(-HABIT.saved, abs=0.25)
    by_chance = sum(len(each.chosen) for each in arms.blind) / len(arms.blind) / len(POOL)
    assert bias.commission(arms).difference.value == pytest.approx(HABIT.planted - by_chance, abs=0.03)


def test_relative_recall_is_that_of_codes_which_only_a_coder_finds() -> None:
    careful = Habit(stray=0.0)
    random = np.random.default_rng(3)
    finished = [coded(random, chart, careful) for chart in charts(random, MANY)]
    found = bias.relative_recall(bias.omission(bias.arms(finished)))
    assert found.low < careful.beside / careful.alone < found.high
    assert found.high - found.low < 0.1


def test_scores_that_are_right_are_called_so() -> None:
    """Who accepts just what is true makes calibrated scores of those of the simulation."""
    random = np.random.default_rng(4)
    exact = Habit(right=1.0, wrong=0.0)
    seen = acceptance.shown([coded(random, chart, exact) for chart in charts(random, 2000)])
    large = acceptance.in_the_large(seen)
    assert large.low < 0 < large.high
    assert acceptance.calibration_error(seen).value < 0.03
    for bin in acceptance.reliability(seen):
        assert bin.score == pytest.approx(bin.share.value, abs=0.06)


def test_a_program_that_is_too_sure_is_found_out() -> None:
    random = np.random.default_rng(5)
    strict = Habit(right=0.6, wrong=0.0)
    seen = acceptance.shown([coded(random, chart, strict) for chart in charts(random, 400)])
    assert acceptance.in_the_large(seen).high < -0.1
