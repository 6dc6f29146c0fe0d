"""Spans that a person marked, as they stand in the notes now: moved with their words, or lost."""

from collections.abc import Sequence

from review.charts.chart import Chart, Note, Span
from review.charts.moved import every_moved


def standing(spans: Sequence[Span], chart: Chart) -> list[Span | None]:
    """One for each; None: its note is gone, or its words are not to be found there without doubt.

    A span without a quote is the night's own: it stands where its note is long enough for it.
    """
    notes = {note.note_id: note for note in chart.notes}
    found: list[Span | None] = [None] * len(spans)
    for name in {span.note_id for span in spans}:
        own = [at for at, span in enumerate(spans) if span.note_id == name]
        for at, place in zip(own, _in_note([spans[at] for at in own], notes.get(name)), strict=True):
            found[at] = place
    return found


def _in_note(spans: list[Span], note: Note | None) -> list[Span | None]:
    if note is None:
        return [None] * len(spans)
    if all(span.quote and note.text[span.start : span.end] == span.quote for span in spans):
        return list(spans)  # nothing changed, as on nearly all days
    quoted = iter(every_moved([span for span in spans if span.quote], note.text))
    return [next(quoted) if span.quote else _within(span, note.text) for span in spans]


def _within(span: Span, text: str) -> Span | None:
    return span if 0 <= span.start < span.end <= len(text) else None
