"""A note cut into pieces for the page: plain text, and stretches that speak for one code or several.

Offsets that lie outside of the note are told, never raised: a suggestion may be older than the text.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from review.charts.chart import Note, Section, Span


@dataclass(frozen=True, slots=True)
class Piece:
    """Text without a line of markup. `keys`: what it speaks for (codes, lines: whatever the caller marks), in order.

    `first` holds those keys whose span begins here: where a page may put an anchor to jump to.
    """

    text: str = field(repr=False)
    start: int
    keys: tuple[str, ...] = ()
    first: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the note, as its pieces."""

    name: str
    start: int
    pieces: tuple[Piece, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Marked:
    """`lost`: keys with a span of the note that cannot stand where it was said to."""

    note: Note
    parts: tuple[Part, ...]
    lost: tuple[str, ...] = ()


def marked(note: Note, spans: Iterable[tuple[str, Span]]) -> Marked:
    """`spans`: (key, span) of any note; those of other notes are passed over. Linear in text and spans."""
    own = [(key, span.start, span.end) for key, span in spans if span.note_id == note.note_id]
    sound = [(key, start, end) for key, start, end in own if 0 <= start < end <= len(note.text)]
    lost = {key: None for key, start, end in own if not 0 <= start < end <= len(note.text)}
    pieces = list(_pieces(note, sound))
    return Marked(note, tuple(_parts(_sections(note), pieces)), tuple(lost))


def _sections(note: Note) -> tuple[Section, ...]:
    return note.sections or (Section(0, len(note.text), ""),)


def _pieces(note: Note, spans: list[tuple[str, int, int]]) -> Iterator[Piece]:
    """End to end over the whole text; a new one where a span or a section begins or ends."""
    opens, closes = _by_place(spans, 1), _by_place(spans, 2)
    edges = {0, len(note.text), *opens, *closes, *(section.start for section in _sections(note))}
    ordered = {key: place for place, (key, _, _) in reversed(list(enumerate(spans)))}
    held: dict[str, int] = {}  # key -> spans that cover this place
    places = sorted(edge for edge in edges if 0 <= edge <= len(note.text))
    for start, end in pairwise(places):
        for key in closes.get(start, ()):
            held[key] -= 1
            if not held[key]:
                del held[key]
        for key in opens.get(start, ()):
            held[key] = held.get(key, 0) + 1
        first = tuple(dict.fromkeys(opens.get(start, ())))
        yield Piece(note.text[start:end], start, tuple(sorted(held, key=ordered.__getitem__)), first)


def _by_place(spans: list[tuple[str, int, int]], at: int) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for span in spans:
        found.setdefault(int(span[at]), []).append(span[0])
    return found


def _parts(sections: tuple[Section, ...], pieces: list[Piece]) -> Iterator[Part]:
    """Sections lie end to end; what stands before the first belongs to it."""
    at = 0
    for number, section in enumerate(sections):
        last = number == len(sections) - 1
        begun = at
        while at < len(pieces) and (last or pieces[at].start < section.end):
            at += 1
        yield Part(section.name, section.start, tuple(pieces[begun:at]))
