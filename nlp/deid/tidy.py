"""Spans of the tagger without the words of the sentence that stand at their ends."""

import re
from dataclasses import replace

from nlp.deid.span import Span

EDGE = (
    r"(?:and|or|the|a|an|at|for|from|with|to|in|on|of|by|w|till|til|until|then|who|is|was|has|had|he|she|they|his|her|"
    r"if|but|so|call|drives|works|hand|boss|may|also|date|phone|built|WITH|AND|FOR)"
)
LEAD = re.compile(rf"(?:{EDGE}\b[ \t\n,.:;]*)+")
TAIL = re.compile(rf"(?:[ \t\n,.:;]+{EDGE})+$")
NAMING = frozenset({"EMPLOYER", "PROFESSION", "STAFF", "HOSPITAL", "CITY", "STREET", "RELATIVE", "PATIENT"})
"""Labels of what is written in words."""


def tidied(text: str, span: Span) -> Span | None:
    """None where nothing is left but a small letter."""
    if span.label not in NAMING:
        return span
    start, end = span.start, span.end
    if lead := LEAD.match(text, start, end):
        start = lead.end()
    if tail := TAIL.search(text, start, end):
        end = tail.start()
    if end - start < 2 and not text[start:end].isupper():
        return None
    return replace(span, start=start, end=end) if (start, end) != (span.start, span.end) else span
