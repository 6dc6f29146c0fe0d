"""What may be typed: how long, and without characters that no database keeps."""

import re
import unicodedata
from dataclasses import replace

from review.charts.chart import Chart, Span
from review.coding.act import ACTIONS, Act
from review.coding.refused import Refused

ID = re.compile(r"[A-Za-z0-9_-]{1,40}(\.\d{1,4})?")  # with a number: one of several that a press of a key asked for
REASON, QUESTION, OPTION, OPTIONS = 2000, 4000, 300, 12
CODE, SYSTEM, CODES = 16, 32, 500
SPANS, MARKED = 50, 4000  # of one act; characters of one span
SECONDS = 86_400.0


def within_limits(act: Act) -> Act:
    """The act with its texts cleaned; raises Refused."""
    if act.action not in ACTIONS:
        raise Refused("The page asked for something that is not known. Reload it and try once more.")
    if not ID.fullmatch(act.decision_id):
        raise Refused("The decision came without a proper number. Reload the page and decide again.")
    if len(act.system) > SYSTEM or len(act.code) > CODE or clean(act.code) != act.code:
        raise Refused("That is no code: codes have at most 16 letters and digits. Choose one from the search.")
    seconds = act.seconds
    if seconds is not None and not 0 <= seconds <= SECONDS:  # a page left open over night, or no number
        seconds = None
    return replace(act, reason=text(act.reason, REASON, "reason"), seconds=seconds)


def text(said: object, most: int, what: str) -> str:
    found = clean(said if isinstance(said, str) else "").strip()
    if len(found) > most:
        raise Refused(f"The {what} has {len(found)} characters; {most} fit. Shorten it.")
    return found


def clean(said: str) -> str:
    """Without control characters and halves of characters."""
    return "".join(each for each in said if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))


def marked(spans: tuple[Span, ...], chart: Chart) -> tuple[Span, ...]:
    """Words that a coder marked, each with its quote, which the note itself says; raises Refused."""
    if len(spans) > SPANS:
        raise Refused(f"At most {SPANS} places can be marked at once. Mark the ones that say it best.")
    texts = {note.note_id: note.text for note in chart.notes}
    return tuple(_marked(span, texts.get(span.note_id)) for span in spans)


def _marked(span: Span, note: str | None) -> Span:
    if note is None or not 0 <= span.start < span.end <= len(note):
        raise Refused("The marked words are not in a note of this chart. Mark them again.")
    if span.end - span.start > MARKED:
        raise Refused(f"More than {MARKED} characters are marked. Mark the words that say it.")
    quote = note[span.start : span.end]
    if span.quote and span.quote.split() != quote.split():
        raise Refused("The marked words now stand elsewhere in the note. Mark them again.")
    return Span(span.note_id, span.start, span.end, "coder", 1.0, quote)
