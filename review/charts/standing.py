"""Evidence that a person marked, as it stands in the notes now: moved with its words, or lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from review.charts.chart import Chart, Note, Span
from review.charts.moved import every_moved


@dataclass(frozen=True, slots=True)
class Standing:
    """`lost`: as it was marked; its note is gone, or its words are not to be found there without doubt."""

    found: tuple[Span, ...] = ()
    lost: tuple[Span, ...] = ()


def standing(spans: Iterable[Span], chart: Chart) -> Standing:
    """In the order given. A span without quote stands where its note is long enough for it."""
    marked = list(spans)
    notes = {note.note_id: note for note in chart.notes}
    by_note: dict[str, list[Span]] = {}
    for span in marked:
        by_note.setdefault(span.note_id, []).append(span)
    now: dict[int, Span | None] = {}
    for name, own in by_note.items():
        for span, place in zip(own, _in_note(own, notes.get(name)), strict=True):
            now[id(span)] = place
    places = [(span, now[id(span)]) for span in marked]
    return Standing(tuple(p for _, p in places if p), tuple(span for span, p in places if not p))


def _in_note(spans: list[Span], note: Note | None) -> list[Span | None]:
    if note is None:
        return [None] * len(spans)
    if all(span.quote and note.text[span.start : span.end] == span.quote for span in spans):
        return list(spans)  # nothing changed, as on nearly all days
    quoted = iter(every_moved([span for span in spans if span.quote], note.text))
    return [next(quoted) if span.quote else _within(span, note.text) for span in spans]


def _within(span: Span, text: str) -> Span | None:
    return span if 0 <= span.start < span.end <= len(text) else None
