"""Notes as the page shows them: text by section, with evidence as marks. Nothing of a note reaches the page unescaped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from review.charts.chart import Chart, Note, Section
from review.coding.line import REJECTED, Line
from review.web.shown.words import words

LONG = 3_000  # characters from which a note folds by section
PIECE = 8_000  # characters that the browser lays out at once
Place = tuple[int, int, str]
"""Where evidence begins and ends in its note, and the code it speaks for."""


@dataclass(frozen=True, slots=True)
class Part:
    start: int
    name: str
    pieces: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A note on the page. `at`: its number, which stands in ids of the page in place of the note's own."""

    at: int
    note: Note
    title: str
    parts: tuple[Part, ...]
    folds: bool


def sheets(chart: Chart, lines: Iterable[Line]) -> list[Sheet]:
    placed = places(lines)
    return [_sheet(at, note, placed.get(note.note_id, ())) for at, note in enumerate(chart.notes)]


def places(lines: Iterable[Line]) -> dict[str, list[Place]]:
    """By note. What is rejected is no evidence any more."""
    found: dict[str, list[Place]] = {}
    for line in lines:
        if line.state != REJECTED:
            for span in line.evidence:
                found.setdefault(span.note_id, []).append((span.start, span.end, line.code))
    return found


def title(note: Note) -> str:
    kind = note.kind.replace("_", " ").strip()
    return kind[:1].upper() + kind[1:] or "Note"


def _sheet(at: int, note: Note, placed: Sequence[Place]) -> Sheet:
    text = note.text.encode("utf-8", "replace").decode() if not note.text.isprintable() else note.text
    folds = len(text) > LONG and len(note.sections) > 1
    sections = note.sections if folds or len(note.sections) > 1 else (Section(0, len(text), ""),)
    runs = _runs(placed, len(text))
    parts = tuple(_part(at, text, section, runs) for section in sections)
    return Sheet(at, note, title(note), parts, folds)


def _part(at: int, text: str, section: Section, runs: Sequence[tuple[int, int, str]]) -> Part:
    cuts = [section.start, *_cuts(text, section.start, section.end), section.end]
    pieces = tuple(_piece(at, text, start, end, runs) for start, end in pairwise(cuts))
    return Part(section.start, words().section(section.name), pieces)


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Behind ends of lines, where there are any."""
    while end - start > PIECE:
        line = text.rfind("\n", start + PIECE // 2, start + PIECE)
        start = line + 1 if line >= 0 else start + PIECE
        yield start


def _runs(placed: Sequence[Place], length: int) -> list[tuple[int, int, str]]:
    """Stretches of text with the codes that they speak for; they do not overlap."""
    inside = [(max(0, start), min(end, length), code) for start, end, code in placed]
    inside = [place for place in inside if place[0] < place[1]]
    borders = sorted({border for start, end, _ in inside for border in (start, end)})
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    for start, end, code in inside:
        opened.setdefault(start, []).append(code)
        closed.setdefault(end, []).append(code)
    found, now = [], []
    for start, end in pairwise(borders):
        now = [*_less(now, closed.get(start, ())), *opened.get(start, ())]
        if now:
            found.append((start, end, " ".join(dict.fromkeys(code.replace(" ", "_") for code in now))))
    return found


def _less(now: Sequence[str], gone: Iterable[str]) -> list[str]:
    left = list(now)
    for code in gone:
        left.remove(code)
    return left


def _piece(at: int, text: str, start: int, end: int, runs: Sequence[tuple[int, int, str]]) -> Markup:
    said = [f'<div class="text" data-start="{start}">']
    position = start
    for begin, stop, codes in runs:
        begin, stop = max(begin, start), min(stop, end)
        if begin >= stop:
            continue
        marked = f'<mark id="m{at}-{begin}" data-codes="{escape(codes)}">{_safe(text[begin:stop])}</mark>'
        said += [_safe(text[position:begin]), marked]
        position = stop
    said += [_safe(text[position:end]), "</div>"]
    return Markup("".join(said))  # all that is not ours went through _safe or escape


def _safe(text: str) -> str:
    """As many characters in the browser as in the note: HTML would take a return for a new line, and drop a null."""
    said = str(escape(text))
    return said.replace("\r", "&#13;").replace("\0", "\ufffd") if "\r" in said or "\0" in said else said
