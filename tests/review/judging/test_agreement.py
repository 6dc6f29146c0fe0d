"""Agreement of two coders, against figures worked out by hand and by another library."""

import math
from datetime import timedelta

import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from review.judging import agreement
from review.judging.compared import ONLY_FIRST, ONLY_SECOND, ROLE, compared
from review.judging.figure import Counted, exact, minus
from review.judging.lists import Entry, Finished
from tests.review.judging.coded import START

CM = "ICD-10-CM"


def entry(code: str, state: str = "accepted", **more: object) -> Entry:
    return Entry(CM, code, state, **more)  # type: ignore[arg-type]


def finished(chart: int, thread: int, *entries: Entry, digest: str = "d") -> Finished:
    return Finished(f"c{chart}", str(thread), digest, thread, START + timedelta(hours=chart), False, None, entries)


def both(chart: int, first: str, second: str, offered: str = "") -> list[Finished]:
    """Codes in words; `offered` those that were suggested."""

    def side(chosen: str) -> list[Entry]:
        codes = dict.fromkeys([*chosen.split(), *offered.split()])
        return [
            entry(c, "accepted" if c in chosen.split() else "rejected", offered=c in offered.split()) for c in codes
        ]

    return [finished(chart, 1, *side(first)), finished(chart, 2, *side(second))]


LISTS = [
    *both(1, "A1 B1", "A1 B1", "A1 B1 C1"),
    *both(2, "A1", "A1 D1", "A1 B1"),
    *both(3, "B1 C1", "C1", "B1 C1 D1"),
    *both(4, "", "", "A1"),
    *both(5, "A1 C1 D1", "A1", "E1"),
]


def figure(lists: list[Finished], name: str) -> agreement.Figure:
    return next(each for each in agreement.figures(agreement.pairs(lists)) if each.name == name)


def test_kappa_and_f1_are_those_of_the_candidates() -> None:
    pairs = agreement.pairs(LISTS)
    asked = [(key in pair.first.chosen, key in pair.second.chosen) for pair in pairs for key in sorted(pair.candidates)]
    one, other = zip(*asked, strict=True)
    assert len(asked) == 3 + 3 + 3 + 1 + 4
    assert figure(LISTS, "kappa").value == pytest.approx(cohen_kappa_score(one, other))
    assert figure(LISTS, "F1").value == pytest.approx(f1_score(one, other))
    by_chart = [1.0, 2 / 3, 2 / 3, 1.0, 0.5]
    assert figure(LISTS, "F1, mean of charts").value == pytest.approx(sum(by_chart) / 5)
    assert figure(LISTS, "same codes").value == pytest.approx(2 / 5)


def test_of_four_charts_nothing_is_said() -> None:
    for each in agreement.figures(agreement.pairs(LISTS[:8])):
        assert not each.given and math.isnan(each.low)
        assert each.charts <= 4


def test_where_all_agree_no_interval_is_pretended() -> None:
    lists = [each for chart in range(9) for each in both(chart, "A1", "A1", "A1 B1")]
    assert figure(lists, "F1").value == 1
    assert not figure(lists, "F1").bounded
    assert figure(lists, "same codes").low == pytest.approx(0.025 ** (1 / 9))


def test_planted_codes_are_no_codes_of_the_chart() -> None:
    planted = entry("Z99.9", offered=True, planted=True)
    lists = [finished(1, 1, entry("A1"), planted), finished(1, 2, entry("A1"))]
    (pair,) = agreement.pairs(lists)
    assert pair.candidates == {(CM, "A1")}
    assert pair.compared.same


def test_lists_on_other_notes_are_not_compared() -> None:
    lists = [finished(1, 1, entry("A1")), finished(1, 2, entry("B1"), digest="later")]
    assert agreement.pairs(lists) == []


def test_rows_say_what_is_different() -> None:
    first = finished(1, 1, entry("A1", rank=1, principal=True), entry("B1", rank=2, poa="Y"), entry("C1", rank=3))
    second = finished(1, 2, entry("A1", rank=2), entry("B1", rank=1, principal=True, poa="N"), entry("D1", rank=3))
    found = compared(first.chosen, second.chosen)
    said = {row.code: (row.state, row.principal, row.poa) for row in found.rows}
    assert said == {
        "A1": (ROLE, True, False),
        "B1": (ROLE, True, True),
        "C1": (ONLY_FIRST, False, False),
        "D1": (ONLY_SECOND, False, False),
    }
    assert found.reordered and not found.same


def test_chapters_are_those_with_five_charts() -> None:
    lists = [*LISTS, *both(6, "A1", "A1"), *both(7, "A1", "")]
    (part,) = agreement.by(agreement.pairs(lists), lambda _, code: code[0])
    assert (part.name, part.f1.charts, part.differences) == ("A", 5, 1)
    has = [(1, 1), (1, 1), (0, 0), (0, 0), (1, 1), (1, 1), (1, 0)]
    assert part.kappa.value == pytest.approx(cohen_kappa_score(*zip(*has, strict=True)))


def test_exact_intervals_are_those_of_the_tables() -> None:
    """Clopper and Pearson for 7 of 20: .1539 to .5922."""
    found = exact(7, Counted("x", 20, "charts", 20))
    assert (round(found.low, 4), round(found.high, 4)) == (0.1539, 0.5922)


def test_a_difference_is_bounded_by_both() -> None:
    one, other = (exact(yes, Counted("x", 20, "charts", 20)) for yes in (0, 20))
    found = minus(other, one, "gap")
    assert found.value == 1
    assert found.low == pytest.approx(1 - math.hypot(1 - other.low, one.high))
