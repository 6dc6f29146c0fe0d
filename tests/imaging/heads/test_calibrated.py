"""Scores into probabilities, also where most scores lie together at one end."""

import numpy as np
import pytest

from imaging.heads.calibrated import line


@pytest.mark.parametrize("seed", range(4))
def test_newton_does_not_run_away(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = np.concatenate([np.full(3900, -30.0), rng.normal(0, 3, 100)])
    present = rng.random(4000) < 1 / (1 + np.exp(-0.5 * scores))
    made = line(scores, present)
    chances = made(scores)
    assert 0.2 < made.slope < 1
    assert chances.sum() == pytest.approx(present.sum(), rel=0.05)
    assert ((chances > 0.05) & (chances < 0.95)).sum() > 30


def test_scores_that_tell_nothing_or_lie_have_no_slope() -> None:
    scores = np.linspace(-3, 3, 1000)
    assert line(scores, scores < 0).slope == 0
    assert line(np.zeros(1000), np.arange(1000) < 100)(np.zeros(1))[0] == pytest.approx(0.1, abs=0.01)
