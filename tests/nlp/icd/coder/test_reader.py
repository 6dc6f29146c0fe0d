"""What the ranker learns from: training charts as readers see them that have not learned from them."""

from nlp.icd.chart import Chart, Evidence, Note
from nlp.icd.coder.features import NAMES
from nlp.icd.coder.reader import Reader

CHARTS, EXACT = NAMES.index("charts"), NAMES.index("dictionary:says")


def _chart(number: int, word: str, code: str) -> Chart:
    text = f"Seen for {word}. Nothing else."
    at = text.index(word)
    return Chart(
        f"e{number}", (Note(f"n{number}", text, "en"),), {code: (Evidence(f"n{number}", at, at + len(word), "marked"),)}
    )


def test_what_only_one_chart_has_is_unknown_when_it_is_seen() -> None:
    charts = [_chart(number, "quinsy", "J36") for number in range(11)] + [_chart(11, "zzyzxosis", "B99.9")]
    seen = Reader("en").fit(charts)
    assert "B99.9" not in seen[-1].codes
    (row,) = [seen[0].rows[at] for at, code in enumerate(seen[0].codes) if code == "J36"]
    assert row[CHARTS] in (9, 10) and row[EXACT] > 0.9  # 10 of 12 charts or 11 of 12, the chart itself not among them


def test_counts_do_not_tell_which_code_is_true() -> None:
    """In one fold a code has one count, true or not: counts less the chart's own would differ by its truth."""
    charts = [_chart(number, "quinsy", "J36" if number % 2 else "J03.90") for number in range(40)]
    by_truth: dict[bool, set[float]] = {True: set(), False: set()}
    for chart, each in zip(charts, Reader("en").fit(charts), strict=True):
        for at, code in enumerate(each.codes):
            if code == "J36":
                by_truth[code in chart.gold].add(float(each.rows[at, CHARTS]))
    assert by_truth[True] & by_truth[False]
