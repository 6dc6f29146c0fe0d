"""Words of notes that speak for a code, with a little of what stands around them."""

from dataclasses import dataclass, field
from datetime import datetime

from review.charts.chart import Chart, Note, Span
from review.coding.line import Line

AROUND, LONGEST, MOST = 60, 300, 4  # characters on each side; of the words; places of one code


@dataclass(frozen=True, slots=True)
class Quote:
    """Text of a note: only on pages whose view is audited."""

    kind: str
    time: datetime | None
    before: str = field(repr=False)
    words: str = field(repr=False)
    after: str = field(repr=False)


def quotes(chart: Chart, line: Line | None) -> list[Quote]:
    """What a coder marked first. A place that is not in the note is left out."""
    notes = {note.note_id: note for note in chart.notes}
    spans = sorted(line.evidence if line else (), key=lambda span: span.source != "coder")
    found = [_quote(notes[span.note_id], span) for span in spans if span.note_id in notes and _inside(notes, span)]
    return found[:MOST]


def _inside(notes: dict[str, Note], span: Span) -> bool:
    return 0 <= span.start < span.end <= len(notes[span.note_id].text)


def _quote(note: Note, span: Span) -> Quote:
    start, end = span.start, min(span.end, span.start + LONGEST)
    before, after = note.text[max(start - AROUND, 0) : start], note.text[end : end + AROUND]
    kind = note.kind.replace("_", " ")
    return Quote(kind, note.time, _flat(before), _flat(note.text[start:end]), _flat(after))


def _flat(text: str) -> str:
    """On one line; blanks at the ends stay, as one."""
    return " ".join(f".{text}.".split())[1:-1]
