"""A chart with two axes as SVG: lines, bands, points, columns, rules; colours come from drawing.css."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 420
LEFT, RIGHT, TOP, FOOT = 62, 16, 14, 50
LEGEND = 20  # height of a line of it

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """ticks: (value, text); none: five round ones."""

    label: str
    low: float = 0.0
    high: float = 1.0
    ticks: tuple[tuple[float, str], ...] = ()
    log: bool = False

    def share(self, value: float) -> float:
        """0 at its low end, 1 at its high end; what lies beyond is drawn at the end."""
        held = min(max(value, self.low), self.high)
        if self.log:
            return math.log(held / self.low) / math.log(self.high / self.low)
        return (held - self.low) / ((self.high - self.low) or 1.0)

    def marks(self) -> tuple[tuple[float, str], ...]:
        return self.ticks or round_ticks(self.low, self.high)


def round_ticks(low: float, high: float, about: int = 5) -> tuple[tuple[float, str], ...]:
    """At 1, 2 or 5 times a power of ten."""
    rough = (high - low) / about or 1.0
    power = 10 ** math.floor(math.log10(rough))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    values = [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]
    return tuple((value, f"{value:.10g}") for value in values)


@dataclass
class Chart:
    """kind: s1 to s4, bad, or quiet; NaN breaks a line."""

    x: Axis
    y: Axis
    height: int = HEIGHT
    parts: list[str] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)

    def line(self, points: Points, kind: str = "s1", name: str = "") -> None:
        """`step` among the kinds holds each value until the next."""
        said, fresh = [], True
        for x, y in points:
            if math.isnan(x) or math.isnan(y):
                fresh = True
                continue
            at = self._at(x, y)
            step = "" if fresh or "step" not in kind.split() else f"H{at[0]:.1f}"
            said.append(f"{'M' if fresh else step + 'L'}{at[0]:.1f} {at[1]:.1f}")
            fresh = False
        self.parts.append(f'<path class="{kind}" d="{"".join(said)}"/>')
        self._name(kind, name)

    def band(self, x: Sequence[float], low: Sequence[float], high: Sequence[float], kind: str = "s1") -> None:
        """An interval around a line; left out where it is NaN."""
        held = [(a, b, c) for a, b, c in zip(x, low, high, strict=True) if not math.isnan(b + c)]
        there = [self._at(a, c) for a, _, c in held] + [self._at(a, b) for a, b, _ in reversed(held)]
        if there:
            self.parts.append(f'<path class="band {kind}" d="M{"L".join(f"{a:.1f} {b:.1f}" for a, b in there)}Z"/>')

    def points(self, points: Points, kind: str = "s1", radius: float = 4, name: str = "") -> None:
        for x, y in points:
            if not math.isnan(x + y):
                at = self._at(x, y)
                self.parts.append(f'<circle class="{kind}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}"/>')
        self._name(kind, name)

    def intervals(self, rows: Sequence[tuple[float, float, float]], kind: str = "s1") -> None:
        """(x, low, high), upright."""
        for x, low, high in rows:
            if not math.isnan(low + high):
                (at, bottom), (_, top) = self._at(x, low), self._at(x, high)
                self.parts.append(f'<path class="{kind}" d="M{at:.1f} {bottom:.1f}V{top:.1f}"/>')

    def columns(self, rows: Sequence[tuple[float, float, float]], kind: str = "quiet") -> None:
        """(from, to, height), from the low end of y."""
        for start, end, y in rows:
            (left, top), (right, floor) = self._at(start, y), self._at(end, self.y.low)
            size = f'width="{max(right - left - 1, 0.5):.1f}" height="{max(floor - top, 0):.1f}"'
            self.parts.append(f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" {size}/>')

    def rule(self, start: tuple[float, float], end: tuple[float, float], name: str = "", kind: str = "rule") -> None:
        (a, b), (c, d) = self._at(*start), self._at(*end)
        self.parts.append(f'<path class="{kind}" d="M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}"/>')
        self._name(kind, name)

    def _name(self, kind: str, name: str) -> None:
        if name:
            self.legend.append((kind, name))

    def svg(self, label: str) -> Markup:
        """`label` is read aloud to those who do not see the figure."""
        whole = self.whole
        inside = "".join([*self._axes(), *self.parts, *self._legend()])
        box = f'viewBox="0 0 {WIDTH} {whole}" role="img" aria-label="{escape(label)}"'
        return Markup(f'<svg class="chart" {box}>{inside}</svg>')

    @property
    def whole(self) -> int:
        """Height with the legend below."""
        return self.height + LEGEND * len(self.legend)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        wide, tall = WIDTH - LEFT - RIGHT, self.height - TOP - FOOT
        return LEFT + wide * self.x.share(x), TOP + tall * (1 - self.y.share(y))

    def _axes(self) -> list[str]:
        left, right, top, floor = LEFT, WIDTH - RIGHT, TOP, self.height - FOOT
        out = []
        for value, text in self.y.marks():
            y = self._at(self.x.low, value)[1]
            out.append(f'<path class="grid" d="M{left} {y:.1f}H{right}"/>')
            out.append(f'<text class="axis left" x="{left - 7}" y="{y + 4:.1f}">{escape(text)}</text>')
        for value, text in self.x.marks():
            x = self._at(value, self.y.low)[0]
            out.append(f'<path class="grid" d="M{x:.1f} {top}V{floor}"/>')
            out.append(f'<text class="axis" x="{x:.1f}" y="{floor + 17}">{escape(text)}</text>')
        out.append(f'<path class="frame" d="M{left} {top}V{floor}H{right}"/>')
        middle = (top + floor) / 2
        out.append(f'<text class="axis" x="{(left + right) / 2}" y="{floor + 37}">{escape(self.x.label)}</text>')
        turn = f'transform="rotate(-90 14 {middle})"'
        return [*out, f'<text class="axis" x="14" y="{middle}" {turn}>{escape(self.y.label)}</text>']

    def _legend(self) -> list[str]:
        out = []
        for k, (kind, name) in enumerate(self.legend):
            y = self.height + LEGEND * k + 8
            mark = f'<path class="{kind}" d="M{LEFT} {y}h26"/>'
            out.append(f'{mark}<text class="legend" x="{LEFT + 34}" y="{y + 4}">{escape(name)}</text>')
        return out
