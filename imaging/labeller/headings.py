"""The parts of a radiology report that state findings: an indication, a technique or a comparison states none."""

import re
from collections.abc import Iterator
from functools import lru_cache

from imaging.labeller.knowledge import load, spelled
from nlp.text.data_files import trie


def stated(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the parts that speak of the film, in order; headings that name organs stay."""
    pattern, silent, organs = _known()
    start, speaks = 0, True
    for match in pattern.finditer(text):
        if speaks and match.start() > start:
            yield start, match.start()
        words = " ".join(match["words"].lower().split())
        start = match.start("words") if words in organs else match.end()
        speaks = words not in silent
    if speaks and start < len(text):
        yield start, len(text)


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], frozenset[str], frozenset[str]]:
    """The pattern of headings; those that state nothing; those that name an organ."""
    speech = load("speech")
    silent, organs = frozenset(spelled(speech["silent"])), frozenset(spelled(speech["organs"]))
    words = trie(sorted({*silent, *organs, *spelled(speech["spoken"])}))
    heading = rf"(?P<words>(?i:{words}))(?!\w)"
    alone = r"(?:[ \t]*:|(?=[ \t]*\r?(?:\n|\Z)))"
    return re.compile(rf"(?:^|\n|(?<=[.!?]) )[ \t]*(?=[A-Z]){heading}{alone}"), silent, organs
