"""What a tagger gets wrong that a rule sees: an e-mail address ends where addresses end."""

import re
from collections.abc import Collection, Sequence

from nlp.tagging.reading import Entity

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONGEST = 80  # characters of an address looked for beyond the entity's end


def mended(text: str, found: Sequence[Entity], emails: Collection[str]) -> list[Entity]:
    """`emails` are the labels that mean an address: two in a row become two, a word beside one is left out."""
    kept: list[Entity] = []
    for at, (start, end, label, score) in enumerate(found):
        if label in emails:
            before = kept[-1][1] if kept else 0
            after = found[at + 1][0] if at + 1 < len(found) else len(text)
            addresses = _addresses(text, start, end, before, after)
            kept += [(first, last, label, score) for first, last in addresses] or [(start, end, label, score)]
        else:
            kept.append((start, end, label, score))
    return kept


def _addresses(text: str, start: int, end: int, before: int, after: int) -> list[tuple[int, int]]:
    """Addresses that begin between the blank before `start` and `end`, and touch no neighbour."""
    while start > before and not text[start - 1].isspace():
        start -= 1
    matches = EMAIL.finditer(text, start, min(after, end + LONGEST))
    return [match.span() for match in matches if match.start() < end]
