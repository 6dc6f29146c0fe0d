"""How common a word is in a language, on the Zipf scale: 3 is once in a million words, 6 once in a thousand."""

from functools import lru_cache

from wordfreq import get_frequency_dict, zipf_frequency

LARGE = frozenset({"en", "es"})  # of these wordfreq has a list that reaches to rare words


@lru_cache(maxsize=4)
def commonness(language: str) -> dict[str, float]:
    """Words in lower case with their Zipf frequency; a word that is not there is rarer than any."""
    if language not in LARGE:
        return {}
    from math import log10

    return {word: log10(share) + 9 for word, share in get_frequency_dict(language, wordlist="large").items()}


def zipf(word: str, language: str) -> float:
    """Any word, also one that wordfreq takes apart first; slow beside `commonness`."""
    return float(zipf_frequency(word, language))
