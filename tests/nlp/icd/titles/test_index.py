"""A passage that says more titles than are looked at keeps the best of them."""

import numpy as np
import pytest

from nlp.icd.titles.index import ENOUGH, PASSAGES, _ordered
from nlp.icd.titles.lexicon import Lexicon
from nlp.icd.titles.titles import Titles


def test_the_best_of_too_many() -> None:
    table = [(f"A{at:03}", f"Fibrosis zone{chr(97 + at // 26)}{chr(97 + at % 26)}") for at in range(2 * ENOUGH)]
    titles = Titles.of(lexicon=Lexicon(), table=[*table, ("B00", "Fibrosis of spleen")])
    hits = titles.find("Fibrosis of the spleen was seen", "en")
    assert max(hits, key=lambda hit: hit.score).code == "B00"


@pytest.mark.parametrize("passages", [40, 1 << (PASSAGES + 1)])
def test_order_is_by_passage_then_score_then_place(passages: int) -> None:
    draw = np.random.default_rng(1)
    passage = np.sort(draw.integers(0, passages, 5000))
    score = draw.integers(0, 20, 5000) / 11  # many are equal
    assert np.array_equal(_ordered(passage, score), np.lexsort((-score, passage)))
