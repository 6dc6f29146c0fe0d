"""Groups are judged apart; the small ones are named only, and cannot be told from what the others leave."""

import numpy as np
import pytest

from outcomes.trust.groups import Judged, by_group, ratio

DRAW = np.random.default_rng(5)


def judged(n: int = 1000) -> Judged:
    scores = DRAW.beta(2, 5, n)
    return Judged((DRAW.random(n) < scores).astype(float), scores, np.arange(n))


def test_a_group_that_is_miscalibrated_shows() -> None:
    said = judged(2000)
    old = np.arange(2000) < 700
    said.labels[old] = DRAW.random(700) < np.clip(said.scores[old] * 1.8, 0, 1)
    columns = {"age": np.where(old, "75-84", "9-17").astype(object)}
    young, aged = by_group(said, columns)
    assert (young.name, aged.name) == ("9-17", "75-84")
    assert aged.ratio and young.ratio and aged.ratio.low > 1.2 and young.ratio.low < 1 < young.ratio.high
    assert aged.ece and young.ece and aged.ece.low > young.ece.value
    assert aged.events == int(said.labels[old].sum())


def test_small_groups_have_no_numbers_and_others_are_rounded() -> None:
    said = judged()
    names = np.array(["F"] * 497 + ["M"] * 500 + ["U"] * 3, object)
    female, male, unknown = by_group(said, {"sex": names})
    assert unknown.too_small and unknown.rows is unknown.events is unknown.ratio is unknown.auroc is None
    assert (female.rows, male.rows, female.rounded) == (500, 500, True)
    assert female.events is not None and female.events % 10 == 0


def test_counts_are_exact_where_nothing_can_be_told_from_them() -> None:
    said = judged()
    said.labels[:200] = 0
    names = np.array(["none"] * 200 + ["some"] * 800, object)
    none, some = by_group(said, {"ward": names})
    assert none.too_small and some.rounded  # a ward without an event is not told, and its 0 is not given away
    whole = by_group(judged(), {"ward": np.full(1000, "all", object)})
    assert [(g.rows, g.rounded) for g in whole] == [(1000, False)]


def test_persons_count_not_rows() -> None:
    said = judged(200)
    few = Judged(said.labels, said.scores, np.arange(200) % 10)
    assert [g.too_small for g in by_group(few, {"site": np.full(200, "a", object)})] == [True]


def test_unknown_labels_are_left_out_and_exact_intervals() -> None:
    said = judged(300)
    said.labels[:100] = np.nan
    (group,) = by_group(said, {"site": np.full(300, "a", object)})
    assert group.rows == 200
    found = ratio(10, 5.0)
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 4.795 / 5, 18.39 / 5), rel=1e-3)  # Garwood
    assert ratio(0, 5.0).low == 0
