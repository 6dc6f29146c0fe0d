"""A figure of this room, and that of drift, which the run report draws: light to import."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eval.drawing.chart import Axis, Chart
from eval.drawing.style import standalone


@dataclass(frozen=True)
class Figure:
    svg: Markup  # for a page that has eval.drawing.style.css()
    height: float
    width: float

    @property
    def file(self) -> str:
        return standalone(self.svg, self.height, self.width)


def figure(chart: Chart, label: str) -> Figure:
    return Figure(chart.svg(label), chart.whole, 640)


def drift(rows: Sequence[Mapping[str, Any]], measure: str = "observed_expected") -> Figure | None:
    """Rows of outcome_drift of one task, target and artifact; None: fewer than two periods have the measure."""
    held = sorted((r for r in rows if r["measure"] == measure and r["period"]), key=lambda r: r["period"])
    if len(held) < 2:
        return None
    places = range(len(held))
    tops = [row["upper"] if row["upper"] is not None else row["value"] for row in held]
    every = max(1, math.ceil(len(held) / 8))
    ticks = tuple((float(k), held[k]["period"]) for k in places if k % every == 0)
    title = measure.replace("_", " / ", 1) if measure == "observed_expected" else measure
    high = round_up(max([*(min(top, 4.0) for top in tops), *(row["reference"] or 0 for row in held)]))
    chart = Chart(Axis("period of the predictions", 0, len(held) - 1, ticks), Axis(title, 0, high), height=260)
    low = [math.nan if row["lower"] is None else row["lower"] for row in held]
    up = [math.nan if row["upper"] is None else row["upper"] for row in held]
    chart.band(list(map(float, places)), low, up)
    if held[0]["reference"] is not None:
        chart.rule((0, held[0]["reference"]), (len(held) - 1, held[0]["reference"]), "as at training")
    chart.line([(k, row["value"]) for k, row in enumerate(held)], "s1", title)
    return figure(chart, f"{title} by period of the predictions")


def round_up(value: float) -> float:
    """To 1, 1.5, 2, 3, 5 or 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return next(k * power for k in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if k * power >= value * 0.999)
