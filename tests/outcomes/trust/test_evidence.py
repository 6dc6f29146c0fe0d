"""Evidence against calibration: rarely a false alarm however often one looks, and soon where it is lost."""

import numpy as np

from outcomes.trust.evidence import MOST, TOLERATED, Period, evidence, terms

DRAW = np.random.default_rng(4)


def night_after_night(odds: list[float], stays: int = 60) -> list[float]:
    """A model that says p where the odds of what happens are so many times those of p."""
    periods = []
    for times in odds:
        p = DRAW.beta(1, 8, stays)
        truth = times * p / (1 - p + times * p)
        periods.append(Period(float((DRAW.random(stays) < truth).sum()), terms(p).sum(0).tolist()))
    return evidence(periods)


def test_false_alarms_stay_below_the_stated_rate() -> None:
    """At 10 %, looked at after each of 24 months; also where the model is off by what is tolerated."""
    for odds in (1.0, TOLERATED, 1 / TOLERATED):
        alarms = [max(night_after_night([odds] * 24)) >= 10 for _ in range(200)]
        assert np.mean(alarms) <= 0.1 + 2 * np.sqrt(0.1 * 0.9 / 200)


def test_lost_calibration_is_found_within_a_year_even_after_good_ones() -> None:
    for lost in (2.5, 1 / 2.5):
        found = [max(night_after_night([1.0] * 24 + [lost] * 12, stays=150)) >= 100 for _ in range(40)]
        assert np.mean(found) > 0.9


def test_little_is_no_evidence() -> None:
    assert evidence([]) == []
    assert evidence([Period(0.0, [0.0] * 8)]) == [1.0]
    assert evidence([Period(10_000.0, terms(np.full(10_000, 0.01)).sum(0).tolist())]) == [MOST]
