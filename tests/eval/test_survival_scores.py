"""Concordance, Brier and calibration where some are censored: by pairs, against scikit-survival, against the truth."""

import numpy as np
import pytest

from contract.errors import InputError
from eval.survival import censoring
from eval.survival_scores import (
    brier,
    calibration,
    calibration_error,
    harrell_c,
    integrated_brier,
    inverse_chance,
    observed,
    uno_c,
)

HORIZONS = np.array([0.3, 0.8, 1.5])


def some(persons: int = 250, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=persons)
    one, two, away = (rng.exponential(scale, persons) for scale in (np.exp(-x), 2.0, 1.5))
    times = np.minimum(np.minimum(one, two), away)
    return x, times, np.where(times == one, 1, np.where(times == two, 2, 0))


def test_as_scikit_survival_without_competing_events() -> None:
    from sksurv.metrics import brier_score, concordance_index_censored, concordance_index_ipcw
    from sksurv.util import Surv

    x, times, kinds = some()
    kinds = np.minimum(kinds, 1)
    theirs, seen = Surv.from_arrays(kinds > 0, times), observed(times, kinds)
    said = 1 - np.exp(-np.outer(np.exp(x), HORIZONS))
    assert uno_c(seen, x, 1.5)[0] == pytest.approx(concordance_index_ipcw(theirs, theirs, x, 1.5)[0], abs=1e-12)
    assert harrell_c(seen, x, times.max())[0] == pytest.approx(concordance_index_censored(kinds > 0, times, x)[0])
    assert brier(seen, said, HORIZONS)[0] == pytest.approx(brier_score(theirs, theirs, 1 - said, HORIZONS)[1])


def test_concordance_with_competing_events_pair_by_pair() -> None:
    x, times, kinds = some(60)
    free = censoring(times, kinds)
    right = every = 0.0
    for i in np.flatnonzero((kinds == 1) & (times <= 1.0)):
        for j in range(60):
            if times[j] > times[i]:
                weight = 1 / free.before(times[i]) ** 2
            elif kinds[j] == 2:
                weight = 1 / (free.before(times[i]) * free.before(times[j]))
            else:
                continue
            every += weight
            right += weight * (x[i] > x[j])
    assert uno_c(observed(times, kinds), x, 1.0)[0] == pytest.approx(right / every)


def test_weights_of_resampling_are_rows_repeated() -> None:
    x, times, kinds = some(80)
    seen, twice = observed(times, kinds), np.r_[np.arange(80), np.arange(40)]
    weights = np.bincount(twice, minlength=80)[None].astype(float)
    again = observed(times[twice], kinds[twice], seen.uncensored)
    said = np.clip(np.outer(x, HORIZONS), 0, 1)
    assert brier(seen, said, HORIZONS, weights=weights) == pytest.approx(brier(again, said[twice], HORIZONS))
    assert uno_c(seen, x, 1.0, weights=weights) == pytest.approx(uno_c(again, x[twice], 1.0))


def test_censoring_does_not_move_the_weighed_concordance() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=4000)
    times, away = rng.exponential(np.exp(-x)), rng.exponential(0.7, 4000)
    whole = uno_c(observed(times, np.ones(4000, int)), x, 1.0)[0]
    seen = observed(np.minimum(times, away), (times <= away).astype(int))
    assert uno_c(seen, x, 1.0)[0] == pytest.approx(whole, abs=0.012)
    assert abs(harrell_c(seen, x, 1.0)[0] - whole) > abs(uno_c(seen, x, 1.0)[0] - whole)


def test_the_truth_has_the_best_brier_score_and_is_calibrated() -> None:
    x, times, kinds = some(3000)
    rate = np.exp(x) + 0.5
    truth = (np.exp(x) / rate)[:, None] * -np.expm1(-np.outer(rate, HORIZONS))
    seen = observed(times, kinds)
    best = integrated_brier(HORIZONS, brier(seen, truth, HORIZONS))[0]
    for other in (truth * 0.8, np.sqrt(truth), np.full_like(truth, 0.4)):
        assert integrated_brier(HORIZONS, brier(seen, other, HORIZONS))[0] > best
    assert all(abs(each.predicted - each.observed) < 3 * each.error for each in calibration(seen, truth[:, 1], 0.8))
    assert calibration_error(calibration(seen, truth[:, 1] ** 2, 0.8)) > 0.08


def test_beyond_the_last_time_nothing_is_said() -> None:
    seen = observed([1.0, 2.0, 3.0], [1, 1, 0])
    assert np.isnan(brier(seen, np.full((3, 2), 0.5), [2.5, 3.5])[0]).tolist() == [False, True]
    assert np.isnan(uno_c(seen, [3.0, 2.0, 1.0], 5.0)).all()
    assert np.isnan(inverse_chance(seen, np.array([9.0]))).all()


def test_nobody_with_the_event() -> None:
    assert np.isnan(uno_c(observed([1.0, 2.0], [0, 2]), [1.0, 2.0], 2.0)).all()


def test_calibration_where_all_are_gone_by_the_horizon() -> None:
    seen = observed(np.arange(1.0, 21), np.r_[np.ones(10, int), np.zeros(9, int), 1])
    found = calibration(seen, np.r_[np.full(10, 0.9), np.full(10, 0.1)], 12.0, groups=2)
    assert [group.persons for group in found] == [10, 10]
    assert found[1].observed == pytest.approx(1)


@pytest.mark.parametrize("risk", [[1.0], [1.0, np.nan]])
def test_risks_that_are_none(risk: list[float]) -> None:
    with pytest.raises(InputError, match="one number for each"):
        uno_c(observed([1.0, 2.0], [1, 0]), risk, 2.0)


def test_tables_of_another_shape() -> None:
    seen = observed([1.0, 2.0], [1, 0])
    with pytest.raises(InputError, match="persons by horizons"):
        brier(seen, np.zeros((2, 3)), [1.0])
    with pytest.raises(InputError, match="at least two horizons"):
        integrated_brier([1.0], np.zeros((1, 1)))
