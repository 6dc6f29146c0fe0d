"""Curves of time against counting by hand, and against scikit-survival and lifelines."""

import warnings

import numpy as np
import pytest

from contract.errors import InputError
from eval.survival import aalen_johansen, censoring, kaplan_meier

TIMES = np.array([1.0, 2.0, 2.0, 3.0, 4.0])
KINDS = np.array([1, 2, 0, 1, 0])


def some(persons: int = 300, step: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    times, kinds = rng.exponential(1, persons), rng.integers(0, 3, persons)
    kinds[times > 3] = 0
    return (np.ceil(times / step) * step if step else times), kinds


def test_by_hand() -> None:
    assert kaplan_meier(TIMES, KINDS).at([0.5, 1, 2, 3, 4]) == pytest.approx([1, 0.8, 0.6, 0.3, 0.3])
    assert aalen_johansen(TIMES, KINDS, 1).at([1, 2, 3]) == pytest.approx([0.2, 0.2, 0.5])
    assert aalen_johansen(TIMES, KINDS, 2).at([1, 2, 3]) == pytest.approx([0, 0.2, 0.2])


def test_an_event_comes_before_a_censoring_of_its_time() -> None:
    free = censoring(TIMES, KINDS)
    assert free.at([1, 2, 3]) == pytest.approx([1, 2 / 3, 2 / 3])  # of 4 at risk at 2 one had left by the event
    assert free.before([2, 3]) == pytest.approx([1, 2 / 3])


def test_nothing_is_said_beyond_the_last_time() -> None:
    curve = aalen_johansen(TIMES, KINDS, 1)
    assert np.isnan(curve.at([4.1])).all()
    assert curve.at([4.0]) == pytest.approx([0.5])


@pytest.mark.parametrize("step", [0.0, 0.2])
def test_as_scikit_survival(step: float) -> None:
    from sksurv.nonparametric import cumulative_incidence_competing_risks, kaplan_meier_estimator

    times, kinds = some(step=step)
    when, values = cumulative_incidence_competing_risks(kinds, times)
    for cause in (1, 2):
        assert np.abs(aalen_johansen(times, kinds, cause).at(when) - values[cause]).max() < 1e-12
    when, values = kaplan_meier_estimator(kinds > 0, times)
    assert np.abs(kaplan_meier(times, kinds).at(when) - values).max() < 1e-12


def test_variance_as_lifelines() -> None:
    from lifelines import AalenJohansenFitter

    times, kinds = some()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = AalenJohansenFitter().fit(times, kinds, 1)
    when = theirs.cumulative_density_.index.to_numpy()
    ours = aalen_johansen(times, kinds, 1)
    assert np.abs(ours.variance_at(when) - theirs.variance_.to_numpy()).max() < 1e-12


def test_all_censored_and_one_person() -> None:
    assert aalen_johansen([1.0, 2.0], [0, 0], 1).at([1, 2]) == pytest.approx([0, 0])
    alone = aalen_johansen([1.0], [1], 1)
    assert (alone.at([1.0]), alone.variance_at([1.0])) == (pytest.approx([1]), pytest.approx([0]))


@pytest.mark.parametrize("times", [[1.0, 0.0], [1.0, -1.0], [1.0, np.nan], [1.0, np.inf]])
def test_times_that_are_none(times: list[float]) -> None:
    with pytest.raises(InputError, match="1 of 2 times"):
        kaplan_meier(times, [1, 0])


def test_kinds_that_are_none() -> None:
    with pytest.raises(InputError, match="number the causes"):
        kaplan_meier([1.0, 2.0], [1, -1])
    with pytest.raises(InputError, match="one of each"):
        kaplan_meier([1.0, 2.0], [1])
    with pytest.raises(InputError, match="at least one person"):
        kaplan_meier([], [])
