"""Spans of all layers made into one list of disjoint ones: who wins, what protection takes away, what is joined."""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from nlp.deid.labels import NAMES
from nlp.deid.span import Span
from nlp.deid.tidy import tidied

PRIORITY = {"known": 0, "rules": 1, "tagger": 2, "veto": 3}
SURE = 0.9
"""Score from which a span of rules stands against protection of words; tagger and veto never do."""
SHAPE = "shape"
"""Layer of protection by shape (results, clock times, degrees), which is cut out of what is not known."""
LIKELY = 0.5
"""Score above which a known identifier stands against protection: below it is a word one edit away from a name."""
GAP = re.compile(r"[ \t]*,?[ \t]*|[ \t]*\n[ \t]*")
"""What may lie between two parts of one name."""
WORD = re.compile(r"\w")
START, END = attrgetter("start"), attrgetter("end")


def merge(text: str, found: Iterable[Span], safe: Sequence[Span]) -> list[Span]:
    """Disjoint spans in order of start. Every word character of a span that stands stays covered."""
    guards, shapes = _disjoint(safe), _disjoint(guard for guard in safe if guard.layer == SHAPE)
    standing = [part for span in found if _stands(text, span, guards) for part in _spared(text, span, shapes)]
    kept: list[Span] = []
    for span in sorted(standing, key=lambda span: (_rank(span), -(span.end - span.start), span.start)):
        for piece in _pieces(text, span, _touching(kept, span)):
            insort(kept, piece, key=START)
    return _joined(text, kept)


def _disjoint(guards: Iterable[Span]) -> list[Span]:
    """In order; those that overlap made one."""
    made: list[Span] = []
    for guard in sorted(guards, key=START):
        if made and guard.start < made[-1].end:
            made[-1] = replace(made[-1], end=max(made[-1].end, guard.end))
        else:
            made.append(guard)
    return made


def _touching(kept: Sequence[Span], span: Span) -> Sequence[Span]:
    """Of disjoint spans in order those that overlap this one."""
    return kept[bisect_right(kept, span.start, key=END) : bisect_left(kept, span.end, key=START)]


def _rank(span: Span) -> tuple[int, int]:
    weak = span.score <= LIKELY if span.layer == "known" else span.layer != "veto" and span.score < SURE
    return int(weak), PRIORITY[span.layer]


def _known(span: Span) -> bool:
    return span.layer == "known" and span.score > LIKELY


def _stands(text: str, span: Span, guards: Sequence[Span]) -> bool:
    """What is weak falls when protection speaks for each of its words."""
    if _known(span) or (span.layer == "rules" and span.score >= SURE):
        return True
    touching = _touching(guards, span)
    return not touching or bool(_pieces(text, span, touching))


def _spared(text: str, span: Span, shapes: Sequence[Span]) -> list[Span]:
    """What protection by shape leaves of a span: nothing is cut out of known identifiers."""
    if _known(span):
        return [span]
    kept = tidied(text, span) if span.layer == "tagger" else span
    return _pieces(text, kept, _touching(shapes, kept)) if kept else []


def _pieces(text: str, span: Span, touching: Sequence[Span]) -> list[Span]:
    """What of a span is not covered yet, without pieces that hold no word character."""
    free = [(span.start, span.end)]
    for other in touching:
        free = [part for piece in free for part in _without(piece, other)]
    return [_cut(text, span, start, end) for start, end in free if WORD.search(text, start, end)]


def _without(piece: tuple[int, int], other: Span) -> list[tuple[int, int]]:
    start, end = piece
    parts = [(start, min(end, other.start)), (max(start, other.end), end)]
    return [(first, last) for first, last in parts if first < last]


def _cut(text: str, span: Span, start: int, end: int) -> Span:
    """The piece without blanks at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end, span.label, span.layer, span.score)


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Parts of one name, found by themselves, become one span: a surrogate is drawn for the whole."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.label == span.label and _one(text, last, span):
            first = min(last, span, key=_rank)
            joined[-1] = Span(last.start, span.end, last.label, first.layer, max(last.score, span.score))
        else:
            joined.append(span)
    return joined


def _one(text: str, last: Span, span: Span) -> bool:
    between = text[last.end : span.start]
    if last.label in NAMES:
        return bool(GAP.fullmatch(between)) and "\n" not in between
    return between == ""
