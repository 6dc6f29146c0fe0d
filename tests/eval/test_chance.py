"""F1 beyond chance: hand-worked figures; what knows nothing scores nothing."""

import numpy as np
import pytest

from contract.errors import ConfigError
from eval.chance import agreed
from eval.findings import Label

LEFT, RIGHT = Label("effusion", "left"), Label("effusion", "right")
GOLD = [[LEFT], [LEFT], [RIGHT], []]
NAMES = ["effusion"]


def test_by_hand() -> None:
    """Right 2; given 3, wanted 3; by chance left 2 x 1 / 4 + right 1 x 2 / 4 = 1: (2 - 1) / (3 - 1)."""
    found = [[LEFT], [RIGHT], [RIGHT], []]
    assert agreed(GOLD, found, NAMES).by_finding()[0, 0] == pytest.approx(0.5)
    assert agreed(GOLD, found, NAMES, "finding").by_finding()[0, 0] == pytest.approx((3 - 9 / 4) / (3 - 9 / 4))


@pytest.mark.parametrize("constant", [[], [LEFT], [RIGHT], [Label("effusion")]])
def test_a_constant_answer_scores_nothing(constant: list[Label]) -> None:
    assert agreed(GOLD, [constant] * 4, NAMES).score()[0] == pytest.approx(0.0)


def test_a_random_answer_scores_nothing_on_average() -> None:
    random = np.random.default_rng(1)
    said = [agreed(GOLD, [GOLD[at] for at in random.permutation(4)], NAMES) for _ in range(1_000)]
    assert np.mean([each.mean()[0] for each in said]) == pytest.approx(0.0, abs=0.06)
    assert np.mean([each.report_mean()[0] for each in said]) == pytest.approx(0.0, abs=0.06)


def test_the_truth_scores_one_and_nothing_at_all_none() -> None:
    assert agreed(GOLD, GOLD, NAMES).score()[0] == 1.0
    assert agreed([[]], [[]], NAMES).score()[0] == 0.0


def test_findings_invented_everywhere_hide_in_no_mean() -> None:
    """Of four findings three are always right and one is said of every report: the mean over findings sees .75."""
    names = ["a", "b", "c", "d"]
    gold = [[Label(names[at % 4])] for at in range(8)]
    found = [[*labels, Label("d")] if labels != [Label("d")] else labels for labels in gold]
    said = agreed(gold, found, names)
    assert said.mean()[0] == pytest.approx(0.75)
    own, others = said.by_report()
    assert own.tolist() == pytest.approx([1 / 2, 1 / 2, 1 / 2, 1.0] * 2)
    # a, b and c share half with two of eight answers; d with the six that say it beside another, and all with two
    assert others[:4].tolist() == pytest.approx([2 * (1 / 2) / 8] * 3 + [(6 * (1 / 2) + 2) / 8])
    expected = (6 * (1 / 8) + 2 * (5 / 8)) / 8
    assert said.score()[0] == said.report_mean()[0] == pytest.approx((5 / 8 - expected) / (1 - expected))


def test_a_position_must_be_equal_too() -> None:
    gold = [[Label("picc", position="good")], [Label("picc", position="bad")], []]
    swapped = [[Label("picc", position="bad")], [Label("picc", position="good")], []]
    assert agreed(gold, swapped, ["picc"]).score()[0] < 0
    assert agreed(gold, swapped, ["picc"], "side").score()[0] == 1.0


def test_weights_draw_reports() -> None:
    found = [[LEFT], [RIGHT], [RIGHT], []]
    weights = np.array([[1.0, 0.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
    assert agreed(GOLD, found, NAMES).score(weights) == pytest.approx([1.0, 0.5])


def test_an_unknown_aspect_is_named() -> None:
    with pytest.raises(ConfigError, match="colour"):
        agreed(GOLD, GOLD, NAMES, "colour")
