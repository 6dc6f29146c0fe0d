"""Periods: which rows a person gives, incidence from hazards, windows in their order."""

import numpy as np
import pytest

from outcomes.survival.arranged import arranged, read
from outcomes.survival.outcome import Outcome
from outcomes.survival.periods import cuts, incidence, rows

EDGES = np.array([0.0, 1.0, 2.0, 4.0])


def test_rows_of_persons_and_periods() -> None:
    found = rows(Outcome(("a", "b"), np.array([1.0, 2.5, 4.0]), np.array([2, 0, 1]), np.arange(3)), EDGES)
    assert found.person.tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert found.period.tolist() == [0, 0, 1, 2, 0, 1, 2]
    assert found.kind.tolist() == [2, 0, 0, 0, 0, 0, 1]
    assert found.weight == pytest.approx([1, 1, 1, 0.25, 1, 1, 1])
    assert found.periods == 3


def test_incidence_from_hazards() -> None:
    hazards = np.array([[[0.1, 0.2], [0.5, 0.0], [0.0, 0.0]]])
    found = incidence(hazards, EDGES, np.array([0.5, 1.0, 2.0, 3.0]))
    half = 1 - np.sqrt(0.7)  # the hazard is constant inside a period
    assert found[0, 0] == pytest.approx([half / 3, 0.1, 0.1 + 0.7 * 0.5, 0.45])
    assert found[0, 1] == pytest.approx([half * 2 / 3, 0.2, 0.2, 0.2])


def test_cuts_begin_at_zero_and_end_with_the_last() -> None:
    rng = np.random.default_rng(1)
    found = cuts(Outcome(("a",), rng.exponential(size=200), rng.integers(0, 2, 200), np.arange(200)), 8)
    assert found[0] == 0
    assert (np.diff(found) > 0).all()
    assert 5 <= len(found) <= 10


def test_windows_from_the_longest_to_the_shortest() -> None:
    names = ("6h/A/last", "age", "ever/A/last", "24h/A/last", "24h/B/count", "365d/A/last")
    places = arranged(names)
    assert [row[0] for row in places] == [2, 5, 3, 0]  # ever, 365d, 24h, 6h
    assert places[:, -1].tolist() == [1] * 4
    x = np.arange(6.0)[None] + 10
    assert read(x, places)[0].tolist() == [[12, 0, 11], [15, 0, 11], [13, 14, 11], [10, 0, 11]]


def test_times_that_are_cuts_in_any_case() -> None:
    rng = np.random.default_rng(3)
    outcome = Outcome(("a",), rng.exponential(size=200), rng.integers(0, 2, 200), np.arange(200))
    assert sorted({*cuts(outcome, 8), 0.123, 1.5}) == cuts(outcome, 8, (0.123, 1.5, 99.0)).tolist()
