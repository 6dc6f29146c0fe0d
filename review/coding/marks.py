"""Words that a coder marked, in notes that may have changed since: found again, or the line says that they are lost."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from review.charts.chart import Chart, Span
from review.charts.standing import standing
from review.coding.line import Line

LOST = "evidence-lost"  # flag of a line: words that were marked are in no note any more


def at_home(lines: Iterable[Line], chart: Chart) -> tuple[Line, ...]:
    """Spans without a quote are the night's own, of these very notes."""
    every = tuple(lines)
    marked = list({span: None for line in every for span in line.evidence if span.quote})
    now = dict(zip(marked, standing(marked, chart), strict=True))
    return tuple(_at_home(line, now) for line in every) if marked else every


def _at_home(line: Line, now: Mapping[Span, Span | None]) -> Line:
    found = [now.get(span, span) for span in line.evidence]
    held = tuple(span for span in found if span)
    if held == line.evidence:
        return line
    flags = line.flags if len(held) == len(found) else (*line.flags, LOST)
    return replace(line, evidence=held, flags=flags)
