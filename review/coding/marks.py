"""Words that a coder marked, in notes that may have changed since: found again, or the line says that they are lost."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from review.charts.chart import Chart, Span
from review.charts.moved import moved
from review.coding.line import Line

LOST = "evidence-lost"  # flag of a line: words that were marked are in no note any more


def at_home(lines: Iterable[Line], chart: Chart) -> tuple[Line, ...]:
    """Spans without a quote are the night's own, of these very notes."""
    texts = {note.note_id: note.text for note in chart.notes}
    return tuple(_at_home(line, texts) for line in lines)


def _at_home(line: Line, texts: Mapping[str, str]) -> Line:
    found = [_placed(span, texts.get(span.note_id, "")) for span in line.evidence]
    held = tuple(span for span in found if span)
    if held == line.evidence:
        return line
    flags = line.flags if len(held) == len(found) else (*line.flags, LOST)
    return replace(line, evidence=held, flags=flags)


def _placed(span: Span, text: str) -> Span | None:
    if not span.quote or text[span.start : span.end] == span.quote:
        return span
    return moved(span, span.quote, text)
