"""Spans, codes and ranked codes as CANTEMIST counts them."""

import numpy as np
import pytest

from eval.tumours import average_precision, figures, judged, precision_recall

GOLD = [(0, 5, "8140/3"), (9, 12, "8000/6")]


def test_a_span_is_right_and_its_code_apart() -> None:
    one = judged(GOLD, [(0, 5, "8140/6"), (9, 12, "8000/6"), (20, 25, "8000/1")], ["8140/3", "8000/6"], ["8000/6"])
    assert one.spans == (2, 3, 2)
    assert one.norms == (1, 3, 2)
    assert (one.precision, one.without) == (0.5, 0.0)
    assert precision_recall([one]) == pytest.approx((2 / 3, 1.0))


@pytest.mark.parametrize(
    ("ranked", "value"), [(["a", "b"], 1.0), (["x", "a", "b"], (1 / 2 + 2 / 3) / 2), (["a"], 0.5), ([], 0.0)]
)
def test_average_precision(ranked: list[str], value: float) -> None:
    assert average_precision(["a", "b"], ranked) == pytest.approx(value)


def test_a_document_without_codes_has_no_precision() -> None:
    assert average_precision([], ["a"]) is None


def test_intervals_hold_their_figure() -> None:
    good = judged(GOLD, GOLD, ["8140/3"], ["8140/3"])
    bad = judged(GOLD, [], [], [])
    found = figures([good, bad], np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]]))
    assert found["span_f1"].value == pytest.approx(2 / 3)
    assert found["map"].value == 1.0
    assert all(one.low <= one.value <= one.high for one in found.values())
