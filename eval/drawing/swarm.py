"""Many values of a few rows, one dot each, as SVG: a bee swarm, coloured by where another value ranks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from eval.drawing.chart import round_ticks
from eval.drawing.forest import cut

WIDTH, NAMES = 1000, 330
LINE, FOOT, THICK = 34, 44, 4.8  # a dot is so wide: drawing.css
COLUMNS = 160  # dots of one column of pixels stand above each other


@dataclass(frozen=True)
class Row:
    """colours: rank 0 (low) to 1 (high); NaN: none."""

    name: str
    values: Sequence[float]
    colours: Sequence[float]


def swarm(rows: Sequence[Row], label: str, axis: str) -> Markup:
    values = [value for row in rows for value in row.values]
    if not values:
        return Markup("")
    most = max(max(values), -min(values), 1e-9) * 1.05
    height = height_of(rows)
    parts = [_axis(most, height, axis)]
    parts += [_row(row, LINE * k + LINE / 2, most) for k, row in enumerate(rows)]
    box = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}"'
    return Markup(f'<svg class="swarm" {box}>{"".join(parts)}</svg>')


def height_of(rows: Sequence[Row]) -> int:
    return LINE * len(rows) + FOOT


def _row(row: Row, y: float, most: float) -> str:
    """Dots that would lie on each other are laid above and below the line in turn; a full column closes up."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for value, colour in zip(row.values, row.colours, strict=True):
        columns.setdefault(int((value / most + 1) / 2 * COLUMNS), []).append((value, colour))
    dots: dict[str, list[str]] = {}  # of each colour: lines without length, whose round ends are the dots
    for held in columns.values():
        gap = min(THICK * 0.8, (LINE - 8) / max(len(held), 1))
        for k, (value, colour) in enumerate(sorted(held)):
            off = (k + 1) // 2 * gap * (1 if k % 2 else -1)
            kind = "none" if math.isnan(colour) else f"q{min(int(colour * 5), 4)}"
            dots.setdefault(kind, []).append(f"M{_x(value, most):.1f} {y + off:.1f}h0")
    paths = "".join(f'<path class="{kind}" d="{"".join(held)}"/>' for kind, held in sorted(dots.items()))
    return f'<text class="name" x="{NAMES - 12}" y="{y + 4:.1f}">{escape(cut(row.name))}</text>{paths}'


def _axis(most: float, height: int, axis: str) -> str:
    out = []
    for value, text in round_ticks(-most, most, 6):
        x, kind = _x(value, most), "one" if abs(value) < 1e-12 else "tick"
        out.append(f'<path class="{kind}" d="M{x:.1f} 0V{height - FOOT}"/>')
        out.append(f'<text class="axis" x="{x:.1f}" y="{height - FOOT + 16}">{text}</text>')
    return "".join(out) + f'<text class="axis" x="{_x(0, most):.1f}" y="{height - 8}">{escape(axis)}</text>'


def _x(value: float, most: float) -> float:
    return NAMES + (WIDTH - NAMES - 10) * (value / most + 1) / 2
