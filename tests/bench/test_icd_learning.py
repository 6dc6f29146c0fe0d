"""The simulated coder: orders, what reaches a goal, and what others' votes make of a malicious one."""

import math

import numpy as np
import pytest

from bench.icd_learning_attack import KINDS, attacked, counts, f1_of, honest
from bench.icd_learning_orders import ORDERS, needed, work
from bench.icd_learning_pool import Pool
from nlp.icd.chart import Chart, Evidence, Note

WORDS = {f"enfermedad {letter}{letter}": f"A{at:02d}" for at, letter in enumerate("abcdefghijklmnop")}


def chart(at: int) -> Chart:
    """Names three diseases; the next chart two of them, and one more."""
    said = [list(WORDS)[(at + more) % len(WORDS)] for more in range(3)]
    text = f"Paciente con {', '.join(said)}."
    spans = {
        WORDS[each]: (Evidence(f"n{at}", text.index(each), text.index(each) + len(each), "marked"),) for each in said
    }
    return Chart(f"e{at}", (Note(f"n{at}", text, "es"),), spans)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool([chart(at) for at in range(80)])


def test_what_was_marked_is_said_elsewhere(pool: Pool) -> None:
    learned = pool.learn(np.arange(20))
    assert (pool.scores(learned, np.arange(20, 80)) >= 0.5).tolist() == pool.gold[20:].tolist()


@pytest.mark.parametrize("order", ORDERS)
def test_every_chart_is_worked_once_and_the_curve_ends_at_the_top(pool: Pool, order: str) -> None:
    curve = work(pool, order, np.arange(60), np.arange(60, 80), seed=1, batch=7)
    assert curve.charts.tolist() == [*range(7, 57, 7), 56 + 4][: len(curve.charts)]
    assert (np.diff(curve.minutes) > 0).all()
    assert f1_of(curve.counts[-1]) == 1.0 > f1_of(curve.counts[0])


def test_needed_lies_between_two_nights() -> None:
    values, costs = np.array([0.4, 0.6, 0.8]), np.array([25.0, 50.0, 75.0])
    assert needed(values, costs, 0.7) == pytest.approx(62.5)
    assert needed(values, costs, 0.3) == 25 and math.isnan(needed(values, costs, 0.9))


def test_votes_of_the_others_guard_against_one(pool: Pool) -> None:
    train, test = np.arange(60), np.arange(60, 80)
    whole = f1_of(counts(pool, train, test, honest(pool, train).guarded()))
    assert whole == f1_of(counts(pool, train, test, honest(pool, train).trusting())) == 1.0
    for kind in KINDS:
        wronged = attacked(pool, train, kind, seed=1)
        assert len(wronged.said) > len(honest(pool, train).said)
        assert f1_of(counts(pool, train, test, wronged.guarded())) == 1.0
