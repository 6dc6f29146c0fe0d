"""Given and family names of the countries that Faker knows, in lower case: what a capitalised word may be."""

import pkgutil
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType

WORD = re.compile(r"[^\W\d_]+")
HOME = {"en": ("en_US", "en_GB", "en_IE", "en_CA", "en_IN"), "es": ("es_ES", "es_MX", "es_CO", "es_AR", "ca_ES")}


def _lists(provider: type, kind: str) -> Iterator[str]:
    for field in dir(provider):
        if kind in field and field.endswith(("names", "names_male", "names_female")):
            said = getattr(provider, field)
            if isinstance(said, tuple | list | dict):
                yield from (name for name in said if isinstance(name, str))


def _words(module: ModuleType, kind: str) -> set[str]:
    found: set[str] = set()
    for name in _lists(module.Provider, kind):
        words = WORD.findall(name.lower())
        found.update(word for word in words if len(word) > 2 or len(words) == 1)  # Li, but not de la
    return found


@lru_cache(maxsize=8)
def names(kind: str, language: str = "") -> frozenset[str]:
    """kind: `first` or `last`. Of the countries of a language, or of all whose script is Latin when it is empty."""
    import faker.providers.person as persons

    wanted = HOME.get(language, ())
    found: set[str] = set()
    for entry in pkgutil.iter_modules(persons.__path__):
        if entry.name in wanted or not language:
            found |= _words(import_module(f"{persons.__name__}.{entry.name}"), kind)
    return frozenset(word for word in found if ord(word[0]) < 0x250)
