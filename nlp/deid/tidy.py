"""Spans of the tagger: what is believed of them, without the words of the sentence that stand at their ends."""

import re
from dataclasses import replace
from functools import lru_cache

from nlp.deid.labels import NAMES, NOT_HIPAA
from nlp.deid.span import Span
from nlp.text.names import names
from nlp.text.words import commonness

EDGE = (
    r"(?:and|or|the|a|an|at|for|from|with|to|in|on|of|by|w|till|til|until|then|who|is|was|has|had|he|she|they|his|her|"
    r"if|but|so|call|drives|works|hand|boss|may|also|date|phone|built|WITH|AND|FOR)"
)
LEAD = re.compile(rf"(?:{EDGE}\b[ \t\n,.:;]*)+")
TAIL = re.compile(rf"(?:[ \t\n,.:;]+{EDGE})+$")
NAMING = frozenset({"EMPLOYER", "PROFESSION", "STAFF", "HOSPITAL", "CITY", "STREET", "RELATIVE", "PATIENT"})
"""Labels of what is written in words."""


SURE = 0.9
WORDS = re.compile(r"[^\W_]+")
SHORT = 5  # figures of a number that may be anything
SENTENCE = {"names": 4.5, "places": 4.0, "rest": 3.5}
"""Zipf frequency from which words in lower case that nobody is called by are the sentence's own."""


def believed(text: str, span: Span) -> bool:
    """Not short numbers but dates that the tagger itself doubts, nor common words in lower case."""
    said = text[span.start : span.end]
    words = [word.lower() for word in WORDS.findall(said)]
    if not any(map(str.isalpha, said)):
        return span.label == "DATE" or span.score >= SURE or sum(map(str.isdigit, said)) > SHORT
    if span.label not in NAMING or not all(map(str.isalpha, words)):
        return True
    if (span.label in NAMES and span.score >= SURE) or (span.label not in NAMES and not said.islower()):
        return True
    common = commonness("en")
    limit = SENTENCE["names" if span.label in NAMES else "rest" if span.label in NOT_HIPAA else "places"]
    return any(common.get(word, 0.0) < limit or word in called() for word in words)


@lru_cache(maxsize=1)
def called() -> frozenset[str]:
    return names("first", "en") | names("last", "en")


def tidied(text: str, span: Span) -> Span | None:
    """None where it is not believed, or nothing is left but a small letter."""
    if not believed(text, span):
        return None
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
