"""Challengers: cross-validation keeps persons apart, and only a sure gain replaces the simple model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from outcomes.cohort import Cohort
from outcomes.learning.compare import cross_validated, judge
from outcomes.learning.folds import folds
from outcomes.learning.learner import Contribution, Scores
from outcomes.timeline import Timeline
from tests.outcomes.learning.small_hospital import ward

ROWS = 600


@dataclass
class Witness:
    """Remembers whom it was shown; its score is how many rows that were."""

    name: str = "witness"
    shown: list[set[int]] = field(default_factory=list)
    asked: list[set[int]] = field(default_factory=list)

    def fit(self, timeline: Timeline, cohort: Cohort, seed: int) -> "Witness":  # noqa: ARG002
        self.shown.append(set(cohort.subject.tolist()))
        return self

    def load(self, folder: Path) -> "Witness":
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        raise NotImplementedError

    def explain(self, timeline: Timeline, cohort: Cohort, most: int) -> list[list[Sequence[Contribution]]]:
        raise NotImplementedError

    def scores(self, timeline: Timeline, cohort: Cohort) -> Scores:  # noqa: ARG002
        self.asked.append(set(cohort.subject.tolist()))
        return np.full(cohort.label.shape, len(self.shown[-1]) / 1000)


def test_nobody_is_judged_by_a_model_that_saw_them() -> None:
    timeline, cohort = ward(60)
    twice = cohort.take(np.repeat(np.arange(60), 2))
    witness = Witness()
    scores = cross_validated(witness, timeline, twice, 1)
    assert not np.isnan(scores).any() and len(witness.shown) == 5
    assert all(not shown & asked for shown, asked in zip(witness.shown, witness.asked, strict=True))
    assert set.union(*witness.asked) == set(range(60))


def test_folds_are_of_persons_whatever_their_order() -> None:
    source = np.random.default_rng(1)
    persons = source.integers(0, 100, 400) + 10**15
    positive = persons % 10 == 0
    found = folds(persons, positive, 5, 1)
    assert all(len(set(found[persons == person])) == 1 for person in persons)
    assert np.bincount(found[np.unique(persons[positive], return_index=True)[1]]).max() <= 20
    assert {len(np.unique(persons[positive & (found == at)])) for at in range(5)} == {2}
    order = source.permutation(400)
    np.testing.assert_array_equal(folds(persons[order], positive[order], 5, 1), found[order])
    assert (folds(persons, positive, 5, 2) != found).any()


@pytest.fixture(scope="module")
def judged() -> tuple[Scores, Scores]:
    source = np.random.default_rng(5)
    truth = source.beta(1, 3, (ROWS, 1))
    return (source.random((ROWS, 1)) < truth).astype(float), truth


def test_a_better_challenger_replaces(judged: tuple[Scores, Scores]) -> None:
    label, truth = judged
    worse = truth + np.random.default_rng(1).normal(0, 0.5, truth.shape)
    verdict = judge("network", label, worse, truth, np.arange(ROWS))
    assert verdict.better and "network replaces" in verdict.lines()[0] and "AUROC" in verdict.lines()[1]
    assert not judge("network", label, truth, worse, np.arange(ROWS)).better


def test_an_equal_one_or_one_of_luck_does_not(judged: tuple[Scores, Scores]) -> None:
    label, truth = judged
    assert not judge("same", label, truth, truth, np.arange(ROWS)).better
    nearly = truth + np.random.default_rng(1).normal(0, 0.01, truth.shape)
    verdict = judge("nearly", label, truth, nearly, np.arange(ROWS))
    assert not verdict.better and "does not replace" in verdict.lines()[0]


def test_persons_with_many_rows_make_it_less_sure(judged: tuple[Scores, Scores]) -> None:
    label, truth = judged
    worse = truth + np.random.default_rng(1).normal(0, 0.1, truth.shape)
    repeated = [np.repeat(each, 4, 0) for each in (label, worse, truth)]
    apart = judge("x", *repeated, np.arange(4 * ROWS)).figures["AUROC"].difference
    together = judge("x", *repeated, np.repeat(np.arange(ROWS), 4)).figures["AUROC"].difference
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


def test_targets_of_one_class_are_passed_over(judged: tuple[Scores, Scores]) -> None:
    label, truth = judged
    both = judge("x", np.hstack([label, label * 0]), np.hstack([truth] * 2), np.hstack([truth] * 2), np.arange(ROWS))
    alone = judge("x", label, truth, truth, np.arange(ROWS))
    assert both.figures["AUROC"].simple == alone.figures["AUROC"].simple
    assert np.isnan(judge("x", label * 0, truth, truth, np.arange(ROWS)).figures["AUROC"].difference.value)
