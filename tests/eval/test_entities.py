"""Strict F1 as seqeval computes it; recall in words."""

import pytest
from seqeval.metrics import f1_score

from eval.entities import strict, token_recall


def test_strict_f1_is_that_of_seqeval() -> None:
    gold, found = ["B-A", "I-A", "O", "B-B", "O", "B-A"], ["B-A", "O", "O", "B-B", "B-B", "B-A"]
    ours = strict([[(0, 2, "A"), (3, 4, "B"), (5, 6, "A")]], [[(0, 1, "A"), (3, 4, "B"), (4, 5, "B"), (5, 6, "A")]])
    assert ours.f1 == pytest.approx(f1_score([gold], [found]))


def test_a_right_place_with_a_wrong_label_is_wrong() -> None:
    assert strict([[(0, 2, "A")]], [[(0, 2, "B")]]).f1 == 0


def test_words_are_removed_when_half_covered_whatever_the_label() -> None:
    text = "Ana Ruiz lives"  # Ana whole, Ruiz half, lives not marked
    assert token_recall([text], [[(0, 8, "A")]], [[(0, 6, "B")]]) == 1.0
    assert token_recall([text], [[(0, 8, "A")]], [[(0, 5, "B")]]) == 0.5
