"""Errors stay at their level for exchangeable rows, class by class; under drift they do not, and that is said."""

import math

import numpy as np
import pytest

from contract.errors import ConfigError, InputError
from outcomes.trust.conformal import Conformal, coverage, exact, fit, one_each, read

DRAW = np.random.default_rng(11)


def drawn(n: int, shift: float = 0.0, rare: float = -2.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and the scores of a model that knows all but noise; shift: more happens than it says."""
    z = DRAW.normal(rare, 1.2, n)
    labels = (DRAW.random(n) < 1 / (1 + np.exp(-(1.5 * z + 2 + shift)))).astype(float)
    return labels, 1 / (1 + np.exp(-z))


@pytest.mark.parametrize("error", [0.05, 0.1, 0.2])
def test_each_class_is_wrong_no_more_often_than_stated(error: float) -> None:
    """Over many calibrations: on the average of coverage the level binds; no wider than 1 / (n + 1) beside it."""
    missed, alarmed = [], []
    for _ in range(300):
        held = fit(*drawn(400), error)
        labels, scores = drawn(400)
        said = held.decide(scores)
        missed.append((said[labels == 1] == "no").mean())
        alarmed.append((said[labels == 0] == "yes").mean())
    for found in (missed, alarmed):
        assert np.mean(found) <= error + 3 * np.std(found) / math.sqrt(len(found))


def test_coverage_holds_in_its_binomial_interval_and_fails_under_drift() -> None:
    held = fit(*drawn(20_000), 0.1)
    right = coverage(held, *drawn(4000))
    assert right.holds and not right.warning
    assert right.missed_interval[0] <= right.missed <= right.missed_interval[1]
    labels, scores = drawn(4000)
    drifted = coverage(held, labels, scores * 0.4)  # a machine that reads lower: the ill look well
    assert not drifted.holds and "drifted" in drifted.warning


def test_small_calibrations_give_no_false_warnings() -> None:
    """A calibration of 150 lies beside its level by chance; that is no drift."""
    assert np.mean([coverage(fit(*drawn(1000, rare=-1.0)), *drawn(1000, rare=-1.0)).holds for _ in range(200)]) > 0.96


def test_a_better_model_abstains_less() -> None:
    labels = (DRAW.random(4000) < 0.2).astype(float)
    poor, good = (np.clip(labels * d + DRAW.normal(0.3, 0.15, 4000), 0, 1) for d in (0.2, 0.6))
    shares = [coverage(fit(labels[:2000], s[:2000]), labels[2000:], s[2000:]).abstained for s in (poor, good)]
    assert shares[0] > 0.3 > 0.02 > shares[1]


def test_bounds_are_the_ranks_of_the_paper() -> None:
    """Nineteen of each: at 10 % the second lowest positive and the second highest negative are the bounds."""
    labels = np.repeat([1.0, 0.0], 19)
    scores = np.concatenate([np.linspace(0.3, 0.9, 19), np.linspace(0.1, 0.5, 19)])
    held = fit(labels, scores, 0.1)
    assert held.yes_from == np.sort(scores[:19])[1]
    assert held.no_to == np.sort(scores[19:])[-2]
    assert held.decide(np.array([0.2, 0.4, 0.6, np.nan])).tolist() == ["no", "abstain", "yes", "abstain"]


def test_too_few_positives_never_exclude_yes() -> None:
    held = fit(np.array([1.0] * 8 + [0.0] * 100), np.linspace(0.9, 0.1, 108), 0.1)
    assert held.yes_from == -math.inf
    assert set(held.decide(np.linspace(0, 1, 50))) <= {"yes", "abstain"}
    none = fit(np.zeros(50), np.linspace(0, 1, 50))
    assert (none.positives, set(none.decide(np.linspace(0, 1, 50)))) == (0, {"abstain", "yes"})


def test_where_neither_label_is_possible_the_likelier_is_told() -> None:
    held = Conformal(0.1, yes_from=0.8, no_to=0.2, split=0.6, positives=50, negatives=50)
    assert held.decide(np.array([0.5, 0.7])).tolist() == ["no", "yes"]


def test_written_and_read_and_refused() -> None:
    held = fit(np.array([1.0] * 8 + [0.0] * 100), np.linspace(0.9, 0.1, 108))
    assert read(held.written()) == held
    with pytest.raises(InputError, match="Train the artifact again"):
        read('{"error": 0.1}')
    with pytest.raises(ConfigError, match=r"below 0\.5"):
        fit(np.zeros(3), np.zeros(3), 0.7)


def test_intervals_and_one_row_a_person() -> None:
    assert exact(5, 100, 0.95) == pytest.approx((0.0164, 0.1128), abs=1e-4)
    assert exact(0, 10, 0.95)[0] == 0 and exact(10, 10, 0.95)[1] == 1
    persons = np.array([3, 3, 1, 2, 2, 2])
    assert sorted(persons[one_each(persons)].tolist()) == [1, 2, 3]
