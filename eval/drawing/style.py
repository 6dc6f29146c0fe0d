"""How figures look: one style sheet for a page that holds them, and for a figure that is a file of its own."""

from functools import cache
from importlib import resources

from markupsafe import Markup


@cache
def css() -> str:
    return resources.files("eval.drawing").joinpath("drawing.css").read_text(encoding="utf-8")


def standalone(figure: Markup, height: float, width: float = 1000) -> str:
    """The figure as a file: it brings its style and its ground, and follows the reader's light or dark."""
    head, inside = str(figure).split(">", 1)
    size = f'xmlns="http://www.w3.org/2000/svg" width="{width + 24:g}" height="{height + 24:g}"'
    ground = '<rect class="ground" x="-12" y="-12" width="100%" height="100%"/>'
    box = f'viewBox="-12 -12 {width + 24:g} {height + 24:g}"'
    told = head.replace("<svg", f"<svg {size}", 1)
    start = told.index('viewBox="')
    told = told[:start] + box + told[told.index('"', start + 9) + 1 :]
    return f"{told}><style>{css()}</style>{ground}{inside}\n"
