"""Notes as the page shows them: text by section, with evidence as marks. All of it is escaped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from review.charts.chart import Chart, Note, Span
from review.charts.marked import Piece, marked
from review.coding.line import REJECTED, Line
from review.web.shown.words import words

LONG = 3_000  # characters from which a note folds by section
BLOCK = 8_000  # characters that the browser lays out at once
Speaks = tuple[str, Span]
"""A code, and a place that speaks for it."""


@dataclass(frozen=True, slots=True)
class Part:
    start: int
    name: str
    text: Markup


@dataclass(frozen=True, slots=True)
class Sheet:
    """A note on the page. `at`: its number, which stands in ids of the page in place of the note's own."""

    at: int
    note: Note
    title: str
    parts: tuple[Part, ...]
    folds: bool


def sheets(chart: Chart, lines: Iterable[Line]) -> list[Sheet]:
    """What is rejected is no evidence any more."""
    by_note: dict[str, list[Speaks]] = {}
    for line in lines:
        if line.state != REJECTED:
            for span in line.evidence:
                by_note.setdefault(span.note_id, []).append((line.code.replace(" ", "_"), span))
    return [_sheet(at, note, by_note.get(note.note_id, ())) for at, note in enumerate(chart.notes)]


def title(note: Note) -> str:
    kind = note.kind.replace("_", " ").strip()
    return kind[:1].upper() + kind[1:] or "Note"


def _sheet(at: int, note: Note, spans: Sequence[Speaks]) -> Sheet:
    found = marked(note, spans)
    parts = tuple(
        Part(part.start, words().section(part.name), Markup("".join(_blocks(at, part.start, part.pieces))))
        for part in found.parts
        if part.pieces
    )
    return Sheet(at, note, title(note), parts, len(note.text) > LONG and len(parts) > 1)


def _blocks(at: int, start: int, pieces: Iterable[Piece]) -> Iterator[str]:
    """A long part in several blocks, cut behind ends of lines: a block begins on a line of its own."""
    size = 0
    yield _begun(start)
    for piece in pieces:
        begun = 0
        for cut in () if piece.keys else _cuts(piece.text, BLOCK - size):
            yield f"{safe(piece.text[begun:cut])}</div>{_begun(piece.start + cut)}"
            begun, size = cut, 0
        yield _said(at, piece.start + begun, piece.text[begun:], piece)
        size += len(piece.text) - begun
    yield "</div>"


def _cuts(text: str, room: int) -> Iterator[int]:
    """Where to cut: behind the last line that has room, else the next line, else (none for long) a blank."""
    at = 0
    while len(text) - at > room:
        end = at + max(room, 0)
        cut = text.rfind("\n", at, end) + 1 or text.find("\n", end, end + BLOCK) + 1
        cut = cut or (text.rfind(" ", end, end + BLOCK) + 1 or end + BLOCK if len(text) - end > BLOCK else 0)
        if not cut or cut >= len(text):
            return
        yield cut
        at, room = cut, BLOCK


def _begun(start: int) -> str:
    return f'<div class="text" data-start="{start}">'


def _said(at: int, start: int, text: str, piece: Piece) -> str:
    if not piece.keys:
        return safe(text)
    return f'<mark id="m{at}-{start}" data-codes="{escape(" ".join(piece.keys))}">{safe(text)}</mark>'


def safe(text: str) -> str:
    """Escaped, and as many characters in the browser as in the note: HTML would drop a return and a null."""
    said = str(escape(text)).replace("\r", "&#13;").replace("\0", "\ufffd")
    return said if said.isascii() else said.encode("utf-8", "replace").decode()
