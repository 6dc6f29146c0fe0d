"""Who was named once is named again: names, places and numbers that a layer is sure of, elsewhere in the note."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from nlp.deid.labels import NAMES, NUMBERS
from nlp.deid.span import Span
from nlp.text.words import commonness

SURE = 0.9
RARE = 4.3
"""Zipf frequency from which a word is too common to name somebody by itself."""
WHOLE = NUMBERS | {"EMPLOYER", "HOSPITAL", "STREET", "CITY", "USERNAME", "EMAIL", "PHONE", "FAX", "URL"}
PART = re.compile(r"[^\W\d_]{3,}")


def echoes(text: str, found: Iterable[Span], language: str = "en") -> list[Span]:
    """Further spans, of the layer and label of the first; words in capitals or with one, as names are written."""
    sure = [span for span in found if span.score >= SURE and span.layer != "veto"]
    forms = dict(chain.from_iterable(_forms(text, span, language) for span in reversed(sure)))
    made = [(start, end, forms[text[start:end]]) for start, end in _again(text, forms)]
    return [
        Span(start, end, source.label, source.layer, min(source.score, SURE) - 0.01)
        for start, end, source in made
        if not any(span.start <= start and end <= span.end for span in sure)
    ]


def _again(text: str, forms: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where forms stand as whole words, the longest of those that begin together; a pattern of a note's own is slower
    to compile than this is."""
    found = sorted((start, -len(form)) for form in forms for start in _each(text, form))
    done = 0
    for start, length in found:
        if start >= done:
            done = start - length
            yield start, done


def _each(text: str, form: str) -> Iterator[int]:
    start = text.find(form)
    while start >= 0:
        if not _word(text[start - 1 : start]) and not _word(text[start + len(form) : start + len(form) + 1]):
            yield start
        start = text.find(form, start + 1)


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _forms(text: str, span: Span, language: str) -> Iterable[tuple[str, Span]]:
    said = text[span.start : span.end]
    if span.label in WHOLE and len(said) > 4:
        yield said, span
    if span.label in NAMES:
        for word in PART.findall(said):
            if commonness(language).get(word.lower(), 0.0) < RARE and not word.islower():
                yield word, span
                if len(word) > 4:  # ANA is a test as well
                    yield word.capitalize() if word.isupper() else word.upper(), span
