"""The sieve keeps the candidates that are like true ones and what coders taught, and orders the rest."""

import numpy as np
import pytest

from nlp.icd.coder.sieve import KEPT, WIDTH, Sieve

CODES = [f"A{at:03d}" for at in range(KEPT + 30)]
SEEN = np.full((len(CODES), WIDTH), 0.5)
SEEN[:, 0] = np.linspace(0, 1, len(CODES))


@pytest.fixture(scope="module")
def fitted() -> Sieve:
    draw = np.random.default_rng(1)
    rows = draw.random((400, WIDTH))
    return Sieve.fit([rows], [rows[:, 0] + 0.1 * draw.normal(size=400) > 0.8])


def test_the_best_are_kept_in_their_order_and_the_rest_follow(fitted: Sieve) -> None:
    kept, left = fitted.keep(CODES, SEEN)
    assert kept == CODES[30:] and list(left) == CODES[29::-1]
    chances = list(left.values())
    assert chances == sorted(chances, reverse=True) and chances[0] < 1


def test_what_was_taught_is_kept(fitted: Sieve) -> None:
    kept, left = fitted.keep(CODES, SEEN, {CODES[0]})
    assert kept[0] == CODES[0] and CODES[0] not in left and len(kept) == KEPT


def test_all_are_kept_where_nothing_was_learned() -> None:
    assert Sieve().keep(CODES, SEEN) == (CODES, {})
