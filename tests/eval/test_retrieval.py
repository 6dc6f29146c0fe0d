"""Average precision as scikit-learn has it; its mean by finding, by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from eval.retrieval import average_precision, by_finding, mean_by_finding


def test_average_precision_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    relevant = rng.random((20, 50)) < rng.random((20, 1))
    falling = np.arange(50, 0, -1)
    expected = [average_precision_score(row, falling) if row.any() else np.nan for row in relevant]
    np.testing.assert_allclose(average_precision(relevant), expected)


def test_nothing_relevant_has_no_score_and_what_was_cut_off_counts_as_missed() -> None:
    relevant = np.asarray([[False, False], [True, False]])
    assert np.isnan(average_precision(relevant)[0])
    np.testing.assert_allclose(average_precision(relevant, np.asarray([3, 4])), [0, 0.25])


TRUTH = np.asarray([[1, 0], [1, 1], [0, 1], [1, 0]], bool)


def test_each_finding_of_a_query_has_its_own_relevant_documents() -> None:
    rankings = np.asarray([[2, 1, 3], [2, 0, -1], [0, 1, 3]])
    scores = by_finding(rankings, np.asarray([0, 1, 2]), TRUTH)
    np.testing.assert_allclose(scores, [[(1 / 2 + 2 / 3) / 2, np.nan], [1 / 2, 1], [np.nan, 1 / 2]])
    np.testing.assert_allclose(mean_by_finding(scores), [((7 / 12 + 1 / 2) / 2 + 3 / 4) / 2])
    weights = np.asarray([[1.0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(mean_by_finding(scores, weights), [7 / 12, 0])


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_random_order_scores_about_the_share_of_what_is_relevant(share: float) -> None:
    rng = np.random.default_rng(3)
    scores = average_precision(rng.random((300, 400)) < share)
    assert np.nanmean(scores) == pytest.approx(share, abs=0.03)
