"""The list of codes as it stands after the acts of a thread. Pure: the same acts give the same list."""

from collections.abc import Sequence

from review.charts.chart import Chart, Suggestion
from review.coding.act import Done
from review.coding.line import Coding
from review.coding.live import live
from review.coding.marks import at_home
from review.coding.offered import offered
from review.coding.slate import Slate


def folded(chart: Chart, planted: Sequence[Suggestion], acts: Sequence[Done], *, blind: bool) -> Coding:
    """`acts`: of one thread, in their order. What a coder marked is found again in the notes as they are now."""
    counted = live(acts)
    slate = Slate.of(offered(chart, planted, blind=blind))
    for act in counted.acts:
        slate.do(act)
    return Coding(
        at_home(slate.shown(), chart),
        len(acts),
        counted.finished,
        counted.undoes,
        counted.redoes,
        queries=tuple(slate.queries),
    )
