"""A span of a text found again in the text as it is now: by its words and what stands around them, or not at all.

Words may be set apart otherwise, in other case or accents; of several the long ones may differ by a letter. Numbers and
short words (no, left) may not, nor may a word come in between: evidence that says something else is none.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz.distance import OSA, Indel

from review.charts.chart import Span

AROUND = 40  # characters before and behind that tell one occurrence from another
ALIKE, AHEAD = 0.6, 0.15  # how alike they must be, and by how much more than around any other
WINDOW = 6000  # characters before and behind the old place, where words that changed are looked for
SHORT = 5  # letters from which on a word may differ by one
WORD = re.compile(r"\w+")

Place = tuple[int, int]


def moved(span: Span, old: str, text: str) -> Span | None:
    """`old`: the whole text that the span was of, or its words alone. None: not there, or in doubt."""
    words = _words(span, old)
    if not words.strip():
        return None
    whole = old if len(old) >= span.end and old != words else ""
    if text[span.start : span.end] == words and (not whole or _same_around(span, whole, text)):
        return _at(span, (span.start, span.end), text)
    for found in (_exact(words, text), _worded(words, text, span.start)):
        if found:
            return _chosen(span, found, whole, text)
    return None


def every_moved(spans: Sequence[Span], text: str) -> list[Span | None]:
    """Spans of one note, by their quotes: of several places that which moved as its neighbours did."""
    first = [moved(span, span.quote, text) for span in spans]
    sure = [(span.start, found.start - span.start) for span, found in zip(spans, first, strict=True) if found]
    return [found or _as_neighbours(span, sure, text) for span, found in zip(spans, first, strict=True)]


def _as_neighbours(span: Span, sure: Sequence[tuple[int, int]], text: str) -> Span | None:
    before = max((each for each in sure if each[0] <= span.start), default=None)
    behind = min((each for each in sure if each[0] > span.start), default=None)
    shifts = {each[1] for each in (before, behind) if each is not None}
    if len(shifts) != 1:
        return None
    start = span.start + shifts.pop()
    end = start + len(span.quote)
    return _at(span, (start, end), text) if start >= 0 and span.quote and text[start:end] == span.quote else None


def _words(span: Span, old: str) -> str:
    if len(old) >= span.end and (not span.quote or old[span.start : span.end] == span.quote):
        return old[span.start : span.end]
    return span.quote or old


def _at(span: Span, place: Place, text: str) -> Span:
    start, end = place
    return replace(span, start=start, end=end, quote=text[start:end])


def _same_around(span: Span, old: str, text: str) -> bool:
    return _likeness(old, (span.start, span.end), text, (span.start, span.end)) >= ALIKE


def _chosen(span: Span, found: Sequence[Place], old: str, text: str) -> Span | None:
    """The only one; of several that in whose surroundings the old ones are known again."""
    if len(found) == 1:
        return _at(span, found[0], text)
    if not old:
        return None
    ranked = sorted(((_likeness(old, (span.start, span.end), text, place), place) for place in found), reverse=True)
    (best, place), (second, _) = ranked[:2]
    return _at(span, place, text) if best >= ALIKE and best - second >= AHEAD else None


def _likeness(old: str, there: Place, text: str, here: Place) -> float:
    """From 0 to 1: of what stands before and behind, the mean."""
    before = (old[max(0, there[0] - AROUND) : there[0]], text[max(0, here[0] - AROUND) : here[0]])
    behind = (old[there[1] : there[1] + AROUND], text[here[1] : here[1] + AROUND])
    return (Indel.normalized_similarity(*before) + Indel.normalized_similarity(*behind)) / 2


def _exact(words: str, text: str) -> list[Place]:
    """Where the words stand, not as part of a longer one."""
    found, at = [], text.find(words)
    while at >= 0:
        end = at + len(words)
        inside = words[0].isalnum() and text[at - 1 : at].isalnum()
        if not inside and not (words[-1].isalnum() and text[end : end + 1].isalnum()):
            found.append((at, end))
        at = text.find(words, at + 1)
    return found


def _worded(words: str, text: str, near: int) -> list[Place]:
    """Where the same words stand, however they are set; else where long ones differ by a letter."""
    wanted = [_plain(match[0]) for match in WORD.finditer(words)]
    first = max(0, near - WINDOW)
    there = [(_plain(match[0]), match.span()) for match in WORD.finditer(text, first, near + len(words) + WINDOW)]
    if not wanted:
        return []
    runs = [there[at : at + len(wanted)] for at in range(len(there) - len(wanted) + 1)]
    same = [run for run in runs if all(one == word for (one, _), word in zip(run, wanted, strict=True))]
    if same or len(wanted) == 1:
        return [(run[0][1][0], run[-1][1][1]) for run in same]
    close = [run for run in runs if all(_close(word, one) for (one, _), word in zip(run, wanted, strict=True))]
    return [(run[0][1][0], run[-1][1][1]) for run in close]


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _close(word: str, other: str) -> bool:
    if word == other:
        return True
    if len(word) < SHORT or not word.isalpha() or not other.isalpha():
        return False
    return bool(OSA.distance(word, other, score_cutoff=1) <= 1)
