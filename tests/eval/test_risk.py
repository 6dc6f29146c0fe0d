"""Measures of risk: the same as scikit-learn's, draw by draw, and what they say of edges."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from eval import risk
from eval.resampling import draws
from eval.risk import Floats

PERSONS, DRAWS = 300, 20


@pytest.fixture(scope="module", params=["distinct", "tied"])
def judged(request: pytest.FixtureRequest) -> tuple[Floats, Floats, Floats]:
    source = np.random.default_rng(4)
    scores = source.beta(1, 5, PERSONS)
    if request.param == "tied":
        scores = np.round(scores, 1).clip(0.05, 0.95)
    labels = (source.random(PERSONS) < scores).astype(float)
    return labels, scores, draws([str(i // 2) for i in range(PERSONS)], DRAWS)


@pytest.mark.parametrize(
    "ours, theirs",
    [(risk.auroc, roc_auc_score), (risk.auprc, average_precision_score), (risk.brier, brier_score_loss)],
)
def test_each_draw_is_as_scikit_learn_says(ours, theirs, judged) -> None:  # type: ignore[no-untyped-def]
    labels, scores, weights = judged
    expected = [theirs(labels, scores, sample_weight=weight) for weight in weights]
    np.testing.assert_allclose(ours(labels, scores, weights), expected, atol=1e-12)


def test_recalibration_is_an_unpenalised_logistic_regression(judged: tuple[Floats, Floats, Floats]) -> None:
    labels, scores, weights = judged
    x = risk.logit(scores)[:, None]
    fits = [LogisticRegression(C=np.inf, tol=1e-10, max_iter=999).fit(x, labels, weight) for weight in weights]
    expected = [fit.coef_[0, 0] for fit in fits]
    np.testing.assert_allclose(risk.calibration_slope(labels, scores, weights), expected, atol=1e-4)
    moved = 1 / (1 + np.exp(-(x[:, 0] + risk.calibration_intercept(labels, scores, weights)[0])))
    assert weights[0] @ moved == pytest.approx(weights[0] @ labels)


def test_min_of_sensitivity_and_ppv() -> None:
    labels, scores = np.array([1.0, 1, 0, 0, 1]), np.array([0.9, 0.8, 0.7, 0.2, 0.1])
    for threshold, expected in [(0.85, 1 / 3), (0.75, 2 / 3), (0.5, 2 / 3), (0.0, 3 / 5), (0.95, 0.0)]:
        assert risk.plain(risk.min_se_ppv(threshold), labels, scores) == pytest.approx(expected)
    assert risk.balanced_threshold(labels, scores) == pytest.approx(0.45)


def test_calibration_errors_by_hand() -> None:
    labels, scores = np.array([0.0, 1, 0, 1]), np.array([0.1, 0.1, 0.6, 0.9])
    assert risk.plain(risk.calibration_error(2), labels, scores) == pytest.approx((0.8 + 0.5) / 4)
    wide = risk.calibration_error(2, equal_width=True)
    assert risk.plain(wide, labels, scores) == pytest.approx((0.8 + 0.5) / 4)
    assert risk.plain(risk.calibration_error(4, equal_width=True), labels, scores) == pytest.approx(1.5 / 4)
    assert risk.plain(risk.observed_expected, labels, scores) == pytest.approx(2 / 1.7)


def test_what_cannot_be_told_is_nan() -> None:
    labels, scores = np.zeros(4), np.array([0.1, 0.2, 0.3, 0.4])
    for measure in (risk.auroc, risk.auprc, risk.calibration_slope, risk.calibration_intercept):
        assert np.isnan(risk.plain(measure, labels, scores))
    assert np.isnan(risk.plain(risk.min_se_ppv(0.9), labels, scores))  # nobody is positive, nobody called


def test_a_difference_is_paired(judged: tuple[Floats, Floats, Floats]) -> None:
    labels, scores, weights = judged
    same = risk.difference(risk.auroc, labels, scores, scores, weights)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    alone = risk.estimate(risk.auroc, labels, scores, weights)
    beside = risk.difference(risk.auroc, labels, scores, np.random.default_rng(1).random(len(scores)), weights)
    assert alone.low < alone.value < alone.high and 0 < beside.low < beside.value
