"""Fine-Gray against the rows of weights (Geskus 2011) fitted by others, against sums by hand, and on poor data."""

import numpy as np
import pytest

from contract.errors import InputError
from eval.survival import aalen_johansen, censoring
from outcomes.survival.fine_gray import fine_gray, hazards


def some(persons: int, step: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(persons, 2))
    one, two = rng.exponential(np.exp(-x[:, 0])), rng.exponential(np.exp(-0.5 * x[:, 1]))
    away = rng.exponential(1.5, persons)
    times = np.minimum(np.minimum(one, two), away)
    kinds = np.where(times == one, 1, np.where(times == two, 2, 0))
    return x, (np.ceil(times / step) * step if step else times), kinds


def rows_of_weights(times: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """person, start, stop, event, weight"""
    free, events = censoring(times, kinds), np.unique(times[kinds == 1])
    rows = []
    for person, (time, kind) in enumerate(zip(times, kinds, strict=True)):
        rows.append((person, 0.0, time, kind == 1, 1.0))
        start = time
        for event in events[events > time] if kind == 2 else []:
            rows.append((person, start, event, False, free.before(event) / free.before(time)))
            start = event
    return np.array([row for row in rows if row[4] > 0])


@pytest.mark.parametrize("step", [0.0, 0.25])
@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_as_statsmodels_on_rows_of_weights(step: float, ties: str) -> None:
    from statsmodels.duration.hazard_regression import PHReg

    x, times, kinds = some(150, step)
    person, start, stop, event, weight = rows_of_weights(times, kinds).T
    covariates = x[person.astype(int)]
    theirs = PHReg(stop, covariates, status=event, entry=start + 1e-9, offset=np.log(weight), ties=ties).fit()
    ours = fine_gray(x, times, kinds, ties=ties)  # type: ignore[arg-type]
    assert np.abs(ours.coefficients - theirs.params).max() < 1e-8
    assert np.abs(ours.variance - theirs.cov_params()).max() < 1e-8
    assert ours.log_likelihood == pytest.approx(theirs.llf)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_cox_as_scikit_survival(ties: str) -> None:
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.util import Surv

    x, times, kinds = some(200, 0.25)
    theirs = CoxPHSurvivalAnalysis(ties=ties, tol=1e-12).fit(x, Surv.from_arrays(kinds == 2, times))
    ours = hazards(x, times, kinds, 2, stay=False, ties=ties)  # type: ignore[arg-type]
    assert np.abs(ours.coefficients - theirs.coef_).max() < 1e-8
    if ties == "breslow":
        level = theirs.predict_cumulative_hazard_function(x.mean(0)[None], return_array=False)[0](0.5)
        assert ours.hazard.at(0.5) == pytest.approx(level)


def test_robust_variance_by_hand() -> None:
    x, times, kinds = some(60)
    free, found = censoring(times, kinds), fine_gray(x, times, kinds)
    relative, score = np.exp(x @ found.coefficients), np.zeros((60, 2))
    for i in np.flatnonzero(kinds == 1):
        gone = np.where(kinds == 2, free.before(times[i]) / free.before(times), 0.0)
        weight = np.where(times >= times[i], 1.0, gone) * relative
        mean = weight @ x / weight.sum()
        score[i] += x[i] - mean
        score -= (weight / weight.sum())[:, None] * (x - mean)
    assert np.abs(found.variance @ (score.T @ score) @ found.variance - found.robust).max() < 1e-10


def test_without_effects_it_is_aalen_johansen() -> None:
    _, times, kinds = some(400)
    found = fine_gray(np.zeros((400, 1)), times, kinds)
    assert found.coefficients == pytest.approx([0])
    assert found.incidence([[3.0]], [0.5, 1.0])[0] == pytest.approx(
        aalen_johansen(times, kinds, 1).at([0.5, 1]), abs=2e-3
    )


def test_where_covariates_lie_does_not_matter() -> None:
    x, times, kinds = some(200)
    plain, moved = fine_gray(x, times, kinds), fine_gray(x * 1e-3 + 1e3, times, kinds)
    assert moved.coefficients == pytest.approx(plain.coefficients * 1e3, rel=1e-5)
    assert moved.incidence(x[:3] * 1e-3 + 1e3, [1.0]) == pytest.approx(plain.incidence(x[:3], [1.0]), rel=1e-5)


def test_columns_that_say_the_same_and_a_constant() -> None:
    x, times, kinds = some(150)
    found = fine_gray(np.column_stack([x, x[:, 0], np.ones(150)]), times, kinds)
    alone = fine_gray(x, times, kinds)
    assert found.converged
    assert found.coefficients[0] + found.coefficients[2] == pytest.approx(alone.coefficients[0], abs=1e-5)
    assert found.coefficients[3] == 0


def test_a_ridge_draws_in_what_would_run_away() -> None:
    x, times, kinds = some(100)
    tell = np.where(kinds == 1, 10.0 - times, -10.0)[:, None]  # orders the events without fault
    found = fine_gray(tell, times, kinds, ridge=0.01)
    assert found.converged
    assert np.isfinite(found.coefficients).all()
    assert (
        np.abs(fine_gray(x, times, kinds, ridge=1.0).coefficients).sum()
        < np.abs(fine_gray(x, times, kinds).coefficients).sum()
    )


def test_one_cause_only_and_all_at_one_time() -> None:
    x, times, _ = some(80)
    assert fine_gray(x, times, np.ones(80, int)).converged
    tied = fine_gray(x, np.ones(80), np.tile([1, 2], 40))
    assert tied.converged
    assert np.isfinite(tied.incidence(x, [1.0])).all()


def test_nobody_with_the_cause_and_unknown_covariates() -> None:
    x, times, kinds = some(50)
    with pytest.raises(InputError, match="nobody of 50 has cause 3"):
        fine_gray(x, times, kinds, 3)
    x[0, 0] = np.nan
    with pytest.raises(InputError, match="1 of them NaN"):
        fine_gray(x, times, kinds)


def test_beyond_the_last_time_it_is_silent() -> None:
    x, times, kinds = some(50)
    assert np.isnan(fine_gray(x, times, kinds).incidence(x, [times.max() + 1])).all()
