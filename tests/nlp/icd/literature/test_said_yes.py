"""The threshold of highest F1, against trying every score."""

import numpy as np
import pytest

from nlp.icd.literature.said_yes import best_of


@pytest.mark.parametrize("seed", range(4))
def test_no_other_score_is_better(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores = np.round(draw.random(60), 1)
    right = draw.random(60) < scores
    wanted = int(right.sum()) + 5

    def f1(least: float) -> float:
        yes = scores >= least
        return float(2 * (yes & right).sum() / (yes.sum() + wanted))

    assert f1(best_of(scores, right, wanted)) == pytest.approx(max(map(f1, scores)))


def test_nothing_right() -> None:
    assert best_of(np.array([0.4]), np.array([False]), 3) == 1.0
