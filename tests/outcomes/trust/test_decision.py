"""Net benefit by hand, and thresholds where nobody is left."""

import math

import numpy as np
import pytest

from eval.resampling import draws
from outcomes.trust.decision import curve, table

LABELS = np.array([1.0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
SCORES = np.array([0.9, 0.3, 0.6, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05])


def test_net_benefit_by_hand() -> None:
    found = curve(LABELS, SCORES, np.array([0.2, 0.5]))
    assert found.model == pytest.approx([2 / 10 - 2 / 10 * 0.25, 1 / 10 - 1 / 10])
    assert found.everybody == pytest.approx([0.2 - 0.8 * 0.25, 0.2 - 0.8])
    assert np.isnan(found.low).all()
    assert found.useful == (0.2, 0.2)


def test_a_model_that_says_one_thing_is_never_useful() -> None:
    assert curve(LABELS, np.full(10, 0.2), np.linspace(0.01, 0.5, 50)).useful is None


def test_intervals_lie_around_the_curve() -> None:
    draw = np.random.default_rng(0)
    scores = draw.random(400)
    labels = (draw.random(400) < scores).astype(float)
    found = curve(labels, scores, weights=draws([str(k) for k in range(400)], 100))
    assert (found.low <= found.model).all() and (found.model <= found.high).all()


def test_threshold_table() -> None:
    (row,) = table(np.tile(LABELS, 10), np.tile(SCORES, 10), [0.25])
    assert (row.called, row.sensitivity, row.specificity) == (0.3, 1.0, pytest.approx(70 / 80))
    assert (row.ppv, row.npv) == (pytest.approx(2 / 3), 1.0)
    (few,) = table(LABELS, SCORES, [0.25])
    assert few.called == 0.3 and math.isnan(few.sensitivity) and math.isnan(few.net_benefit)
    (high,) = table(np.tile(LABELS, 10), np.tile(SCORES, 10), [0.95])
    assert math.isnan(high.ppv) and high.net_benefit == 0
