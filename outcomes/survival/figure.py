"""Cumulative incidence as a figure: what was seen, with its interval, and what was predicted beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from eval.drawing.chart import Axis, Chart
from eval.survival import Curve, Floats

KINDS = ("s1", "s2", "s3", "s4")
NORMAL = 1.96
POINTS = 400  # of a curve; more cannot be seen


@dataclass(frozen=True)
class Predicted:
    """Mean incidence of a cause, said at horizons."""

    horizons: Floats  # (h,)
    incidence: Floats  # (h,)


Seen = Sequence[tuple[str, Curve]]
Said = Sequence[tuple[str, Predicted]]


def incidence_figure(seen: Seen, predicted: Said = (), *, unit: str = "days") -> Markup:
    return incidence_chart(seen, predicted, unit=unit).svg(label(seen, predicted))


def label(seen: Seen, predicted: Said = ()) -> str:
    return "cumulative incidence over time: " + ", ".join(name for name, _ in (*seen, *predicted))


def incidence_chart(seen: Seen, predicted: Said = (), *, unit: str = "days") -> Chart:
    """One colour a cause; intervals of 95 % by log-log, which stay between 0 and 1. Curves end where seeing ends."""
    last = max([curve.last for _, curve in seen] + [float(each.horizons[-1]) for _, each in predicted])
    chart = Chart(Axis(unit, 0.0, last), Axis("cumulative incidence"))
    for kind, (name, curve) in zip(KINDS, seen, strict=False):
        when = np.unique(np.r_[0.0, np.linspace(0, curve.last, POINTS), curve.last])
        value, (low, high) = curve.at(when), interval(curve, when)
        x, below, above = (np.repeat(each, 2) for each in (when, low, high))
        chart.band(x[1:].tolist(), below[:-1].tolist(), above[:-1].tolist(), kind)
        chart.line(list(zip(when.tolist(), value.tolist(), strict=True)), f"{kind} step", name)
    for kind, (name, each) in zip(KINDS, predicted, strict=False):
        points = list(zip(each.horizons.tolist(), each.incidence.tolist(), strict=True))
        chart.points(points, kind, name=name)
    return chart


def interval(curve: Curve, when: Floats) -> tuple[Floats, Floats]:
    """Of 95 %, on the scale of log(-log): (low, high), NaN where the curve has not risen or is at 1."""
    value, error = curve.at(when), np.sqrt(curve.variance_at(when))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.exp(NORMAL * error / np.abs(value * np.log(value)))
        low, high = value**spread, value ** (1 / spread)
    inside = (value > 0) & (value < 1)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)
