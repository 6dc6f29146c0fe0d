"""Plots as small SVG strings: coloured by the page's style, so that light and dark are one drawing."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH = 1000  # of every viewBox; the page stretches it


def area(values: Sequence[float], height: int = 160, label: str = "") -> Markup:
    """A filled step line from left to right, one step a value."""
    steps = _steps(values, height)
    return _svg(height, label, f'<path class="area" d="M0 {height}{steps}L{WIDTH} {height}Z"/>')


def line(values: Sequence[float], height: int = 60, label: str = "") -> Markup:
    """The same without the fill, for a second, quieter series."""
    steps = _steps(values, height)
    return _svg(height, label, f'<path class="line" d="M0 {height}{steps}"/>')


def columns(values: Sequence[float], height: int = 60, label: str = "") -> Markup:
    """One column a value, with a gap between them; a few values stay slim."""
    width = WIDTH / max(len(values), 40)
    top = max(values, default=0) or 1
    bars = "".join(
        f'<rect x="{i * width + width * 0.1:.1f}" y="{height - height * v / top:.1f}" '
        f'width="{width * 0.8:.1f}" height="{height * v / top:.1f}"/>'
        for i, v in enumerate(values)
    )
    return _svg(height, label, f'<g class="columns">{bars}</g>')


def _steps(values: Sequence[float], height: int) -> str:
    top = max(values, default=0) or 1
    width = WIDTH / max(len(values), 1)
    return "".join(
        f"L{i * width:.1f} {height - height * v / top:.1f}H{(i + 1) * width:.1f}" for i, v in enumerate(values)
    )


def _svg(height: int, label: str, inside: str) -> Markup:
    """Numbers and the escaped label are all it holds."""
    box = f'viewBox="0 -2 {WIDTH} {height + 3}" preserveAspectRatio="none"'
    return Markup(f'<svg {box} role="img" aria-label="{Markup.escape(label)}">{inside}</svg>')
