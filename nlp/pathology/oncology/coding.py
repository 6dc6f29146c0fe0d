"""Codes of a document, ranked: by the probability that any mention carries them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nlp.pathology.oncology.normaliser import Coded


def ranked(mentions: Iterable[tuple[float, Sequence[Coded]]]) -> list[Coded]:
    """`mentions`: the probability that each is one, and its codes. Mentions are held to be independent."""
    absent: dict[str, float] = defaultdict(lambda: 1.0)
    for sure, codes in mentions:
        for code, chance in codes:
            absent[code] *= 1 - sure * chance
    return sorted(((code, 1 - chance) for code, chance in absent.items()), key=lambda each: (-each[1], each[0]))
