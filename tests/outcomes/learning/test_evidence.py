"""Columns that say much are held less; those that say nothing of their own are found."""

import numpy as np

from outcomes.learning.evidence import scales, telling
from outcomes.learning.logistic import logistic

RNG = np.random.default_rng(5)
COLUMNS = RNG.normal(size=(600, 30)).astype(np.float32)
LABEL = (COLUMNS[:, :1] + RNG.normal(size=(600, 1)) > 0).astype(np.float32)
PERSONS = np.arange(600)


def test_the_column_that_tells_is_freest() -> None:
    found = scales(COLUMNS, LABEL, PERSONS)
    assert found.shape == (30, 1) and found.argmax() == 0
    assert found[0] > 5 * np.median(found)
    assert np.isclose((found**2).mean(), 1)


def test_rows_of_one_person_are_one() -> None:
    every = scales(COLUMNS, LABEL, PERSONS)
    few = scales(COLUMNS, LABEL, PERSONS // 60)
    assert few[0] / np.median(few) < every[0] / np.median(every)


def test_labels_that_are_not_known_tell_nothing() -> None:
    half = np.vstack([LABEL[:300], np.full((300, 1), np.nan)]).astype(np.float32)
    assert np.allclose(scales(COLUMNS, half, PERSONS)[0] > 1, True)
    assert not np.isnan(scales(COLUMNS, half, PERSONS)).any()


def test_a_free_column_keeps_its_weight_under_a_penalty() -> None:
    scale = np.full((30, 1), 0.1, np.float32)
    scale[0] = 3
    held, _ = logistic(COLUMNS, LABEL, 0.5)
    free, _ = logistic(COLUMNS, LABEL, 0.5, scale)
    assert free[0, 0] > 1.5 * held[0, 0]
    assert np.abs(free[1:]).max() < np.abs(held[1:]).max()


def test_constant_and_equal_columns_are_left_out() -> None:
    gone = np.full((600, 1), np.nan, np.float32)
    some = np.where(np.arange(600)[:, None] % 2, gone, 1).astype(np.float32)
    found = telling(np.hstack([COLUMNS[:, :2], COLUMNS[:, :1], np.ones((600, 1), np.float32), gone, some, some]))
    assert found.tolist() == [0, 1, 5]
