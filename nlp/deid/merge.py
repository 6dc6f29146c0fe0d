"""Spans of all layers made into one list of disjoint ones: who wins, what protection takes away, what is joined."""

import re
from collections.abc import Iterable, Sequence

from nlp.deid.labels import NAMES
from nlp.deid.span import Span

PRIORITY = {"known": 0, "rules": 1, "tagger": 2, "veto": 3}
SURE = 0.9
"""Score from which a span of rules or tagger stands against protection; the veto never does."""
LIKELY = 0.5
"""Score above which a known identifier stands against protection: below it is a word one edit away from a name."""
GAP = re.compile(r"[ \t]*,?[ \t]*|[ \t]*\n[ \t]*")
"""What may lie between two parts of one name."""
WORD = re.compile(r"\w")


def merge(text: str, found: Iterable[Span], safe: Sequence[Span]) -> list[Span]:
    """Disjoint spans in order of start. Every word character of a span that stands stays covered."""
    standing = [span for span in found if _stands(span, safe)]
    ranked = sorted(standing, key=lambda span: (_rank(span), -(span.end - span.start), span.start))
    kept: list[Span] = []
    for span in ranked:
        kept += _pieces(text, span, kept)
    return _joined(text, sorted(kept, key=lambda span: span.start))


def _rank(span: Span) -> tuple[int, int]:
    weak = span.score <= LIKELY if span.layer == "known" else span.layer != "veto" and span.score < SURE
    return int(weak), PRIORITY[span.layer]


def _stands(span: Span, safe: Sequence[Span]) -> bool:
    if span.layer == "known" and span.score > LIKELY:
        return True
    if span.layer in ("rules", "tagger") and span.score >= SURE:
        return True
    return not any(guard.start <= span.start and span.end <= guard.end for guard in safe)


def _pieces(text: str, span: Span, kept: Sequence[Span]) -> list[Span]:
    """What of a span is not covered yet, without pieces that hold no word character."""
    free = [(span.start, span.end)]
    for other in kept:
        if other.overlaps(span):
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
