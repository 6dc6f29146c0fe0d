"""Who was named once is named again: names, places and numbers that a layer is sure of, elsewhere in the note."""

import re
from collections.abc import Iterable
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
    if not forms:
        return []
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})(?!\w)")
    taken = sorted((span.start, span.end) for span in sure)
    made = [(match.start(), match.end(), forms[match[0]]) for match in pattern.finditer(text)]
    return [
        Span(start, end, source.label, source.layer, min(source.score, SURE) - 0.01)
        for start, end, source in made
        if not any(first <= start and end <= last for first, last in taken)
    ]


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
