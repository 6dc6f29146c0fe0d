"""Three classes of time: who has none, what the others weigh, and scikit-learn's figures where nobody is censored."""

import numpy as np
import pytest

from eval.survival_classes import accuracy, classed, macro_auroc, macro_f1, mean_absolute_error, median
from eval.survival_scores import observed

CUTS = np.array([1.0, 2.0])


def test_which_class() -> None:
    seen = observed([0.5, 1.0, 1.5, 2.5, 0.7, 0.4, 3.0], [1, 1, 1, 1, 2, 0, 0])
    found = classed(seen, CUTS)
    assert found.chosen.tolist() == [0, 0, 1, 2, 2, -1, 2]
    assert found.weight == pytest.approx([7 / 6 if time > 0.4 else 0.0 for time in seen.times])


def test_as_scikit_learn_where_nobody_is_censored() -> None:
    from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

    rng = np.random.default_rng(2)
    times = rng.exponential(1.5, 300)
    said = rng.dirichlet(np.ones(3), 300).round(1)
    said[:, 2] = 1 - said[:, 0] - said[:, 1]
    truth = classed(observed(times, np.ones(300, int)), CUTS)
    known = truth.chosen
    assert accuracy(truth, said)[0] == pytest.approx(accuracy_score(known, said.argmax(1)))
    assert macro_f1(truth, said)[0] == pytest.approx(f1_score(known, said.argmax(1), average="macro"))
    each = [roc_auc_score(known == at, said[:, at]) for at in range(3)]
    assert macro_auroc(truth, said)[0] == pytest.approx(np.mean(each))
    draws = rng.integers(0, 3, (2, 300)).astype(float)
    again = roc_auc_score(known == 1, said[:, 1], sample_weight=draws[0])
    others = [roc_auc_score(known == at, said[:, at], sample_weight=draws[0]) for at in (0, 2)]
    assert macro_auroc(truth, said, draws)[0] == pytest.approx(np.mean([again, *others]))


def test_the_median_is_nearest() -> None:
    rng = np.random.default_rng(4)
    times, away = rng.exponential(1, 800), rng.exponential(2, 800)
    seen = observed(np.minimum(times, away), (times <= away).astype(int))
    middle = median(seen, 2.0)
    assert middle == pytest.approx(np.log(2), abs=0.1)
    errors = [mean_absolute_error(seen, np.full(800, said), 2.0)[0] for said in (middle, middle - 0.2, middle + 0.2)]
    assert errors[0] == min(errors)
