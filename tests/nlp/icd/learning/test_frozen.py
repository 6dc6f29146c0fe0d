"""The blind share, and the rule that no artifact gets worse."""

from nlp.icd.learning.frozen import blind
from nlp.icd.learning.never_worse import FEWEST, compare

GOLD = [{"A00", "B00"} for _ in range(100)]


def test_the_share_is_blind_and_stays_so() -> None:
    chosen = {at for at in range(20_000) if blind(f"e{at}", 0.02, b"key")}
    assert 300 < len(chosen) < 500
    assert chosen == {at for at in range(20_000) if blind(f"e{at}", 0.02, b"key")}
    assert chosen != {at for at in range(20_000) if blind(f"e{at}", 0.02, b"other")}


def test_none_and_all() -> None:
    assert not any(blind(f"e{at}", 0.0) for at in range(100))
    assert all(blind(f"e{at}", 1.0) for at in range(100))


def test_a_worse_artifact_does_not_pass() -> None:
    worse = [{"A00"} if at % 10 == 0 else gold for at, gold in enumerate(GOLD)]
    found = compare(GOLD, GOLD, worse)
    assert not found.passed and found.new < found.old and "stays" in found.line
    assert compare(GOLD, worse, GOLD).passed


def test_the_same_artifact_passes() -> None:
    assert compare(GOLD, GOLD, GOLD).passed


def test_a_gain_that_may_as_well_be_a_loss_does_not_pass() -> None:
    old = [{"A00"} if at % 5 == 0 else gold for at, gold in enumerate(GOLD)]
    new = [{"A00"} if at % 5 == 1 and at > 6 else gold for at, gold in enumerate(GOLD)]
    found = compare(GOLD, old, new)
    assert found.new > found.old and found.low < -0.01 and not found.passed


def test_too_few_charts_say_nothing() -> None:
    few = GOLD[: FEWEST - 1]
    assert not compare(few, few, few).passed
    assert not compare([], [], []).passed
