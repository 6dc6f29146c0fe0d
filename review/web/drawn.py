"""Pictures of agreement and bias, drawn on the server. Beside each stands its table: a picture says nothing more."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from eval.drawing.chart import Axis, Chart
from eval.drawing.forest import Interval, forest
from review.judging.acceptance import Bin
from review.judging.agreement import Part
from review.judging.figure import Figure

TENTHS = tuple((tenth / 10, f"{tenth * 10} %") for tenth in range(0, 11, 2))


def reliability(bins: Sequence[Bin]) -> Markup:
    """Mean score against the share accepted; on the dashed line scores are right."""
    known = [each for each in bins if each.share.given]
    if not known:
        return Markup("")
    made = Chart(Axis("score", ticks=TENTHS), Axis("accepted", ticks=TENTHS), height=360)
    made.rule((0, 0), (1, 1), "scores are right")
    made.intervals([(each.score, each.share.low, each.share.high) for each in known])
    made.points([(each.score, each.share.value) for each in known], name="share accepted, with its interval")
    return made.svg("Share of suggestions accepted by score. The table below has the same figures.")


def chapters(parts: Sequence[Part]) -> Markup:
    rows = [_interval(part.name, part.f1) for part in parts]
    return forest(rows, "F1 between coders by chapter. The table below has the same figures.", one=1.0)


def planted(figures: Sequence[Figure]) -> Markup:
    known = [each for each in figures if each.given]
    rows = [_interval(each.name, each) for each in known]
    return forest(rows, "Share of planted codes accepted. The table below has the same figures.", one=0.0)


def _interval(name: str, figure: Figure) -> Interval:
    low, high = (figure.value if math.isnan(end) else end for end in (figure.low, figure.high))
    said = f"{figure.value:.2f} ({figure.charts} charts)" if figure.given else "too few charts"
    return Interval(name, figure.value, low, high, said)
