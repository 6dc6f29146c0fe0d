"""What is held out, and what it decides."""

import numpy as np
import pytest

from nlp.icd.literature.held_out import best_threshold, mean_average_precision, split
from tests.nlp.icd.literature.charts import tiny


def test_every_chart_is_on_one_side() -> None:
    learned, held = split(tiny(), 0.2, 1)
    assert (len(learned), len(held)) == (16, 4)
    assert sorted(c.encounter_id for c in (*learned, *held)) == sorted(c.encounter_id for c in tiny())
    assert split(tiny(), 0.2, 1)[1] == held


def test_the_threshold_is_the_score_of_highest_f1() -> None:
    scores = np.array([[0.9, 0.8, 0.3], [0.7, 0.8, 0.1]], np.float32)
    gold = np.array([[1, 1, 0], [0, 1, 0]], bool)
    assert best_threshold(scores, gold) == pytest.approx(0.8)
    assert best_threshold(scores, np.array([[1, 0, 0], [0, 0, 0]], bool)) == pytest.approx(0.9)


def test_average_precision_by_hand() -> None:
    scores = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3], [0.5, 0.4, 0.3]], np.float32)
    gold = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0]], bool)
    assert mean_average_precision(scores, gold) == pytest.approx(((1 + 2 / 3) / 2 + 1 / 2) / 2)
