"""Plots of ratios as SVG: a forest of intervals, a volcano of all pairs; coloured by the page's style."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from eval.drawing.chart import round_ticks

WIDTH, NAMES, SAID = 1000, 330, 170  # of the drawing; of the names on its left; of the figures on its right
LINE, FOOT = 22, 26
SPAN = 1e6  # ratios beyond are drawn at the edge


@dataclass(frozen=True)
class Interval:
    name: str
    value: float
    lower: float
    upper: float
    said: str = ""
    strong: bool = True


def forest(rows: Sequence[Interval], label: str, one: float | None = None) -> Markup:
    """One line a row on a logarithmic axis, 1 drawn through all; an arrow where an interval leaves the drawing.

    one: the axis is a plain one (of shares), and this value is drawn through all. A row whose value is NaN is told
    by its words alone.
    """
    if not rows:
        return Markup("")
    told = [x for row in rows for x in (row.lower, row.value, row.upper)]
    low, high = _span(told) if one is None else _plain_span([*told, one])
    height = height_of(rows)
    parts = [_axis(low, high, height) if one is None else _plain_axis((low, high), one, height)]
    place = _x if one is None else _plain_x
    parts += [_row(row, LINE * k + LINE / 2, lambda value: place(value, low, high)) for k, row in enumerate(rows)]
    return _svg(height, label, "".join(parts), "forest")


def height_of(rows: Sequence[Interval]) -> int:
    return LINE * len(rows) + FOOT


def _row(row: Interval, y: float, place: Callable[[float], float]) -> str:
    kind = "strong" if row.strong else "weak"
    at = [place(value) for value in (row.lower, row.value, row.upper) if not math.isnan(row.value)]
    drawn = f'<path d="M{at[0]:.1f} {y:.1f}H{at[2]:.1f}"/><circle cx="{at[1]:.1f}" cy="{y:.1f}" r="4"/>' if at else ""
    return (
        f'<g class="{kind}"><text x="{NAMES - 12}" y="{y + 4:.1f}" class="name">{escape(cut(row.name))}</text>{drawn}'
        f'<text x="{WIDTH}" y="{y + 4:.1f}" class="said">{escape(row.said)}</text></g>'
    )


def _axis(low: float, high: float, height: float) -> str:
    """Ticks at 1, 10, 100 or, where the span is short, at 1, 2, 5."""
    decades = math.log10(high / low)
    steps = (1, 2, 5) if decades <= 2.5 else (1,)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [s * 10.0**d for d in range(first, last + 1) for s in steps if low <= s * 10.0**d <= high]
    parts = []
    for tick in ticks[:: max(1, len(ticks) // 12)]:
        x, kind = _x(tick, low, high), "one" if tick == 1 else "tick"
        parts.append(f'<path class="{kind}" d="M{x:.1f} 0V{height - FOOT}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 8}" class="axis">{tick:g}</text>')
    return "".join(parts)


def _span(values: Sequence[float]) -> tuple[float, float]:
    held = [min(max(v, 1 / SPAN), SPAN) for v in values if v > 0 and not math.isnan(v)]
    return min([*held, 0.5]) * 0.9, max([*held, 2.0]) * 1.1


def _x(value: float, low: float, high: float) -> float:
    held = min(max(value if value > 0 else low, low), high)
    return NAMES + (WIDTH - NAMES - SAID) * math.log(held / low) / math.log(high / low)


def _plain_span(values: Sequence[float]) -> tuple[float, float]:
    held = [v for v in values if not math.isnan(v)]
    room = (max(held) - min(held)) * 0.05 or 0.05
    return min(held) - room, max(held) + room


def _plain_x(value: float, low: float, high: float) -> float:
    return NAMES + (WIDTH - NAMES - SAID) * (min(max(value, low), high) - low) / (high - low)


def _plain_axis(span: tuple[float, float], one: float, height: float) -> str:
    parts = [f'<path class="one" d="M{_plain_x(one, *span):.1f} 0V{height - FOOT}"/>']
    for value, text in round_ticks(*span, about=6):
        x = _plain_x(value, *span)
        parts.append(f'<path class="tick" d="M{x:.1f} 0V{height - FOOT}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 8}" class="axis">{text}</text>')
    return "".join(parts)


def volcano(points: Sequence[tuple[float, float, bool]], label: str, height: int = 320) -> Markup:
    """(log2 of the ratio, -log10 of p, marked) of each pair; p beyond 1e-30 is drawn at the top."""
    if not points:
        return Markup("")
    wide = max(2.0, *(min(abs(x), 12.0) for x, _, _ in points))
    tall = max(3.0, *(min(y, 30.0) for _, y, _ in points))
    room = height - FOOT
    middle = f'<path class="one" d="M{WIDTH / 2} 0V{room}"/>'
    dots = "".join(
        f'<circle class="{"strong" if marked else "weak"}" r="3" '
        f'cx="{WIDTH / 2 * (1 + 0.98 * _held(x, wide) / wide):.1f}" '
        f'cy="{room - (room - 6) * min(y, tall) / tall:.1f}"/>'
        for x, y, marked in sorted(points, key=lambda point: point[2])
    )
    step = max(1, round(wide / 4))
    ticks = "".join(
        f'<text class="axis" x="{WIDTH / 2 * (1 + 0.98 * t / wide):.1f}" y="{height - 8}">{2.0**t:g}</text>'
        for t in range(-int(wide) // step * step, int(wide) + 1, step)
        if abs(t) <= wide
    )
    return _svg(height, label, middle + dots + ticks, "volcano")


def _held(x: float, wide: float) -> float:
    return max(-wide, min(wide, x))


def cut(name: str, most: int = 44) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _svg(height: float, label: str, inside: str, kind: str) -> Markup:
    """`inside` is made here of numbers and escaped text."""
    head = f'<svg class="{kind}" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
    return Markup(f"{head}{inside}</svg>")
