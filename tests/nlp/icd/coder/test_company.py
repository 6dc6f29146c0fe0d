"""A candidate beside others: rivals at its place, relatives of its category, and those that usually come with it."""

import math

import numpy as np
import pytest

from nlp.icd.coder.company import AMONG, Company
from nlp.icd.coder.features import NAMES, Candidates

GOLD = [frozenset({"E11.9", "I10"})] * 4 + [frozenset({"J45.9"})] * 4
EACH = Candidates(
    ["E11.9", "E11.8", "I10", "J45.9"], np.zeros((4, len(NAMES)), np.float32),
    np.array([0, 1, 5, 0]), np.array([2, 3, 6, 0]),
)  # fmt: skip
SCORES = np.array([0.9, 0.2, 0.5, 0.1])


def _column(name: str) -> list[float]:
    columns = Company.of(GOLD).columns(EACH, SCORES)
    return [float(value) for value in columns[AMONG.index(name) - 1]]  # the score itself is not among them


def test_a_rival_touches_the_best_mention() -> None:
    assert _column("rival") == [0.2, 0.9, 0.0, 0.0]


def test_a_relative_has_the_same_category() -> None:
    assert _column("relative") == [0.2, 0.9, 0.0, 0.0]


def test_codes_that_come_together_draw_each_other_in() -> None:
    drawn = math.log(4 * 8 / 16)
    assert _column("drawn") == pytest.approx([0.5 * drawn, 0, 0.9 * drawn, 0])
