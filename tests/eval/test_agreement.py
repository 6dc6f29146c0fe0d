"""Cohen's kappa against scikit-learn, and its intervals."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from eval.agreement import difference, estimate, kappa
from eval.resampling import draws


def test_kappa_is_that_of_scikit_learn() -> None:
    chance = np.random.default_rng(1)
    gold = chance.integers(0, 3, 200).tolist()
    said = [one if chance.random() < 0.7 else int(chance.integers(0, 3)) for one in gold]
    weights = chance.integers(0, 4, (5, 200)).astype(float)
    assert kappa(gold, said)[0] == pytest.approx(cohen_kappa_score(gold, said))
    expected = [cohen_kappa_score(gold, said, sample_weight=row) for row in weights]
    assert kappa(gold, said, weights) == pytest.approx(expected)


def test_one_label_throughout() -> None:
    assert kappa(["no"] * 4, ["no"] * 4)[0] == 1
    assert kappa(["no", "yes"], ["no", "no"])[0] == 0


def test_intervals_lie_around_the_figure() -> None:
    gold = [0, 1] * 50
    said = [0, 1] * 40 + [1, 0] * 10
    weights = draws([str(at) for at in range(100)])
    found = estimate(gold, said, weights)
    assert found.value == pytest.approx(0.6)
    assert found.low < 0.6 < found.high
    assert difference(gold, gold, said, weights).low > 0.2
