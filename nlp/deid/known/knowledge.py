"""What fhir_mappings/deid/known.yaml says, and whether a word is an ordinary one of a language."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module, resources
from math import log10
from typing import Any

import yaml

ORDINARY_FROM = 3.6  # zipf: 4 in a million words; names of no list that are so frequent are words too
RARE = 1.8  # zipf below which a word in small letters may be a misspelt name
MEMORY = 500_000  # words
NEAR_CUE = 16  # characters between a cue and what it speaks of
LOCALES = ("en_US", "en_GB", "en_IN", "es_ES", "es_MX", "de_DE", "fr_FR", "it_IT", "pt_BR", "nl_NL")  # of Faker
LANGUAGES = ("en", "es", "zh")


@cache
def _words(*path: str) -> frozenset[str]:
    value: Any = knowledge().said
    for name in path:
        value = value[name]
    return frozenset(value.split() if isinstance(value, str) else value)


@dataclass(frozen=True)
class Knowledge:
    """Values are texts (words divided by spaces), lists and mappings of them."""

    said: dict[str, Any]

    def words(self, *path: str) -> frozenset[str]:
        return _words(*path)

    def spellings(self, name: str) -> dict[str, str]:
        """Spelling -> what it stands for, of `ways` and `directions`."""
        return {spelling: canon for canon, spellings in self.said[name].items() for spelling in spellings}

    def numbered(self, name: str) -> dict[str, int]:
        """Word -> number, of `months` and `days`."""
        return {word: n for n, row in enumerate(self.said[name], 1) for word in row}

    def pattern(self, *path: str) -> re.Pattern[str]:
        value: Any = self.said
        for name in path:
            value = value[name]
        return _compiled(str(value))


@cache
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text)


@cache
def knowledge() -> Knowledge:
    text = resources.files("fhir_mappings").joinpath("deid/known.yaml").read_text(encoding="utf-8")
    return Knowledge(yaml.load(text, Loader=yaml.BaseLoader))  # all values are texts: "no" is a word here


@cache
def _names() -> frozenset[str]:
    """Names that Faker knows, folded: frequent ones are no words for being frequent."""
    from nlp.deid.known.page import fold

    made: set[str] = set()
    for locale in LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for names in (provider.first_names, provider.last_names):
            made.update(fold(word) for name in names for word in str(name).split())
    return frozenset(made)


@cache
def _frequencies(language: str) -> tuple[dict[str, float], dict[str, float]]:
    """Of words as they are written, and of words with accents by what they fold to."""
    import wordfreq

    from nlp.deid.known.page import fold

    said = wordfreq.get_frequency_dict(language)
    folded: dict[str, float] = {}
    for word, often in said.items():
        if not word.isascii():
            folded[fold(word)] = max(often, folded.get(fold(word), 0.0))
    return said, folded


@lru_cache(MEMORY)
def frequency(word: str, language: str) -> float:
    """Zipf: 3 is one in a million words. Of the language, or of English where it is greater. 0: not known."""
    often = [said.get(word, 0.0) for each in {"en", language} & {"en", "es"} for said in _frequencies(each)]
    return round(log10(max(often)) + 9, 2) if max(often) else 0.0


@lru_cache(MEMORY)
def ordinary(word: str, language: str) -> bool:
    """True for a word of the language that may stand in any text: alone, and a name besides, it proves nothing."""
    languages = {"en", language} if language in LANGUAGES else set(LANGUAGES)
    if any(word in _words(kind, each) for each in languages for kind in ("clinical", "ordinary")):
        return True
    return word not in _names() and frequency(word, language) >= ORDINARY_FROM


def clinical(word: str, language: str) -> bool:
    return word in _words("clinical", language if language in LANGUAGES else "en")


def misspelt(word: str, language: str) -> bool:
    """Whether the word, in small letters, may be a misspelt name."""
    return frequency(word, language) < RARE


def plain(word: str, language: str) -> bool:
    """Whether the word is one of the language, if a rare one, and no name known anywhere."""
    return word not in _names() and frequency(word, language) >= RARE + 1


class _Nameable(dict[str, bool]):
    """Word -> whether it may be a misspelt name where it has a capital: a memory that costs no call."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, word: str) -> bool:
        said = len(word) > 3 and not word.isdigit() and not ordinary(word, self.language)
        if len(self) < MEMORY:
            self[word] = said
        return said


@cache
def nameable(language: str) -> _Nameable:
    return _Nameable(language)


def cued(cue: re.Pattern[str], before: str) -> bool:
    """Whether a cue stands in the text before something, and little and no other number between."""
    ends = [found.end() for found in cue.finditer(before)]
    return bool(ends) and len(before) - ends[-1] <= NEAR_CUE and not re.search(r"\d", before[ends[-1] :])
