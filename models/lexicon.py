"""What word lists know of a word: how common it is in a language, and whether people bear it as a name."""

import importlib
import pkgutil
import unicodedata
from collections.abc import Iterator
from functools import cache
from math import log10


@cache
def frequencies(language: str) -> dict[str, float]:
    import wordfreq

    known: dict[str, float] = wordfreq.get_frequency_dict(language if language in LANGUAGES else "en")
    return known


LANGUAGES = ("en", "es")  # others are read with the English list


def zipf(word: str, language: str) -> float:
    """0 is unknown, 1 a word in a hundred million, 8 the commonest; `word` in small letters."""
    found = frequencies(language).get(word)
    return 0.0 if found is None else log10(found) + 9


@cache
def names(kind: str, locales: str = "") -> frozenset[str]:
    """`first_names` or `last_names` of the locales that begin so, in small letters without accents."""
    return frozenset(plain(word) for name in _listed(kind, locales) for word in name.split() if len(word) > 1)


def _listed(kind: str, locales: str) -> Iterator[str]:
    import faker.providers.person as person

    for module in pkgutil.iter_modules(person.__path__):
        if module.name.startswith(locales):
            provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
            listed = getattr(provider, kind, ())
            yield from listed if isinstance(listed, tuple | list | dict) else ()


def plain(word: str) -> str:
    """Small letters without accents."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
