"""What no surrogate of a person may be, hold, or be taken for: the person's own identifiers."""

import unicodedata
from functools import cache, cached_property, lru_cache

from nicknames import NickNamer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlp.deid.note import WORD
from nlp.deid.person import Person

LONG = 4  # letters from which a name inside another, or one edit away, is the same name to a reader
LONG_NUMBER = 5  # digits and letters from which a number inside another is a find
NAMING = frozenset({"given", "family", "name", "city", "district", "line", "organization", "email", "url"})


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Without case and accents."""
    if text.isascii():
        return text.lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


@lru_cache(maxsize=65536)
def solid(text: str) -> str:
    """Digits and letters alone."""
    return "".join(c for c in fold(text) if c.isalnum())


@cache
def nicknamer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=8192)
def nicknames_of(given: str) -> frozenset[str]:
    return frozenset(nicknamer().nicknames_of(given)) if given.isascii() else frozenset()


class Forbidden:
    """Asked of every draft of a surrogate; a draft that is refused is drawn again."""

    def __init__(self, person: Person) -> None:
        self._person = person

    @cached_property
    def words(self) -> frozenset[str]:
        """Words of names and places, also backwards, and the nicknames of given names."""
        said = [(i.part, fold(w)) for i in self._person.identifiers if i.part in NAMING for w in WORD.findall(i.value)]
        nicks = {n for part, word in said if part in ("given", "name") for n in nicknames_of(word)}
        found = {word for _, word in said if len(word) > 1 or not word.isascii()}
        return frozenset(found | {word[::-1] for word in found if len(word) >= LONG} | nicks)

    @cached_property
    def _solid(self) -> frozenset[str]:
        return frozenset(s for i in self._person.identifiers if (s := solid(i.value)))

    @cached_property
    def _long(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if len(word) >= LONG)

    @cached_property
    def _long_numbers(self) -> tuple[str, ...]:
        return tuple(s for s in self._solid if len(s) >= LONG_NUMBER and any(c.isdigit() for c in s))

    def word(self, draft: str, original: str) -> bool:
        """Is a drafted name or place like the original, or like any name of the person?"""
        made = fold(draft)
        if made in self.words or close(made, fold(original)):
            return True
        if len(made) < LONG:
            return not made.isascii() and any(made in word for word in self._long)
        if any(word in made or made in word for word in self._long):
            return True
        return process.extractOne(made, self._long, scorer=OSA.distance, score_cutoff=1) is not None

    def number(self, draft: str) -> bool:
        made = solid(draft)
        return made in self._solid or any(number in made for number in self._long_numbers)


def close(made: str, word: str) -> bool:
    """The same, one within the other, or one edit apart."""
    if made == word:
        return True
    if min(len(made), len(word)) < LONG:
        return not made.isascii() and made in word
    if word in made or made in word:
        return True
    return abs(len(made) - len(word)) <= 1 and OSA.distance(made, word, score_cutoff=1) <= 1
