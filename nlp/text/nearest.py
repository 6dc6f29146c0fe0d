"""The language whose vocabulary a text shares most: for tables and jottings that hold hardly any function words."""

import re
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]{3,}")
LOOKED_AT = 150  # words
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "pl", "sv", "tr")
"""Written in Latin letters, and with a word list: the neighbours that a text is told from."""
CLEAR = 0.1  # Zipf units a word that the nearest must lead by


def nearest(text: str) -> str:
    """One of LANGUAGES, or nothing where the text has no such words or no language leads."""
    words = [word.lower() for word in WORD.findall(text)[:LOOKED_AT]]
    if not words:
        return ""
    sums = [sum(column) for column in zip(*map(_commonness, words), strict=True)]
    (best, name), (second, _) = sorted(zip(sums, LANGUAGES, strict=True), reverse=True)[:2]
    return name if best - second > CLEAR * len(words) else ""


@lru_cache(maxsize=50_000)
def _commonness(word: str) -> tuple[float, ...]:
    """Zipf frequency in each of LANGUAGES."""
    from wordfreq import zipf_frequency

    return tuple(zipf_frequency(word, name) for name in LANGUAGES)
