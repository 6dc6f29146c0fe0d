"""The report's section on signals: strongest pairs, forest, trends; nothing where no summary ran."""

from typing import Any

from eval.drawing.forest import Interval, forest
from runner.pages import signals


def row(drug: str, ratio: float, *, signal: bool, **said: Any) -> dict[str, Any]:
    found = {
        "drug": drug,
        "event": "SNOMED//1",
        "drug_name": drug,
        "event_name": "Cough <b>",
        "cases": 12,
        "ratio": ratio,
    }
    found |= {"lower": ratio / 2, "upper": ratio * 2, "q": 0.01, "cohort_ratio": None, "signal": signal, "flags": []}
    return found | said


def section(*rows: dict[str, Any], **said: Any) -> signals.Section:
    trends = [{"drug": "a", "event": "SNOMED//1", "period": p, "cases": n} for p, n in (("2023-Q4", 5), ("2024-Q2", 9))]
    manifest = {
        "pairs": 9,
        "signals": 1,
        "controls": 6,
        "controls_flagged": 0,
        "strongest": list(rows),
        "trends": trends,
    }
    found = signals.section({"signals": manifest | said})
    assert found is not None
    return found


def test_pairs_are_shown_with_why_they_are_no_signal() -> None:
    shown = section(row("a", 4.0, signal=True), row("b", 3.0, signal=False, flags=["reason-for-drug"], cases=None))
    assert [one["said"] for one in shown.rows] == ["signal", "the illness that the drug is given for"]
    assert shown.rows[1]["cases"] == "under 5"
    assert shown.rows[0]["ratio"] == "4 (2 to 8)"
    assert "Cough &lt;b&gt;" in shown.forest and "<b>" not in shown.forest
    assert shown.forest.count('class="strong"') == 1
    assert shown.said.startswith("9 pairs of drug and event had enough cases; 1 stand out.")


def test_large_and_small_figures_have_no_powers_of_ten() -> None:
    (shown,) = section(row("a", 1234.5, signal=False, lower=0.0000123, upper=3e8, q=4e-9)).rows
    assert (shown["ratio"], shown["q"]) == ("1,200 (under 0.001 to over 10,000)", "under 0.001")


def test_trends_have_a_column_for_each_period_between() -> None:
    (trend,) = section(row("a", 4.0, signal=True)).trends
    assert trend.said == "2023-Q4 to 2024-Q2, up to 9 a quarter"
    assert trend.plot.count("<rect") == 3


def test_nothing_where_no_summary_ran() -> None:
    assert signals.section({}) is None
    assert section(pairs=0, controls=0).forest == ""


def test_extreme_intervals_stay_in_the_drawing() -> None:
    drawn = forest([Interval("a", 1e12, 0.0, float("inf")), Interval("b", 1.0, 0.5, 2.0)], "extremes")
    assert "inf" not in drawn and "nan" not in drawn
