"""What a coder is offered before her first act: suggestions that are shown, ours among them; on a blind chart none."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp.icd.chart import HIDDEN
from review.charts.chart import Chart, Suggestion
from review.coding.kind import kind
from review.coding.line import SUGGESTED, Line


def offered(chart: Chart, planted: Sequence[Suggestion], *, blind: bool) -> list[Line]:
    """Diagnoses first. A planted one stands where its score would have put a true one."""
    if blind:
        return []
    true = sorted((each for each in chart.suggestions if each.band != HIDDEN), key=lambda each: each.rank)
    known = {(each.system, each.code) for each in chart.suggestions}
    shown = list(true)
    for each in planted:
        if (each.system, each.code) not in known:
            shown.insert(_place(each, shown), replace(each, planted=True))
    return sorted((line(each) for each in shown), key=lambda each: (each.kind, each.system))


def line(said: Suggestion) -> Line:
    return Line(
        said.system,
        said.code,
        said.display,
        SUGGESTED,
        kind(said.system),
        said.band,
        said.score,
        said.evidence,
        said.flags,
        planted=said.planted,
    )


def _place(said: Suggestion, shown: Iterable[Suggestion]) -> int:
    """Behind the last of its system that is as sure."""
    surer = [at for at, each in enumerate(shown) if each.system == said.system and each.score >= said.score]
    return surer[-1] + 1 if surer else 0
