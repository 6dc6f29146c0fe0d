"""What word lists know of a word: how common it is in a language, and whether people or places bear it as a name."""

import importlib
import pkgutil
import re
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


PLACES = ("countries", "states", "regions", "counties", "departments", "municipalities", "cities")
SHORTEST = 3  # letters: parts of names that are shorter are articles and the like


@cache
def borne(locales: str, part: str) -> frozenset[str]:
    """Words of `first_names`, `last_names` or places of the locales that begin so: small letters, no accents."""
    room, kinds = ("address", PLACES) if part == "places" else ("person", (part,))
    listed = (name for kind in kinds for name in _listed(room, kind, locales))
    return frozenset(word for name in listed for word in re.split(r"\W+", plain(name)) if len(word) >= SHORTEST)


def _listed(room: str, kind: str, locales: str) -> Iterator[str]:
    package = importlib.import_module(f"faker.providers.{room}")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith(locales):
            provider = importlib.import_module(f"{package.__name__}.{module.name}").Provider
            listed = getattr(provider, kind, ())
            for entry in listed if isinstance(listed, tuple | list | dict) else ():
                yield entry if isinstance(entry, str) else str(entry[-1])


def plain(word: str) -> str:
    """Small letters without accents."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))
