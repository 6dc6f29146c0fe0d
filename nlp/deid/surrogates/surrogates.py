"""Surrogates of one person: what stands in the released text where an identifier stood.

All is a function of the person's salt and identifiers and of what is replaced (case, accents, format aside), never of
what was met before: a note that comes tomorrow leaves yesterday's surrogates as they are. Names of Faker's lists are
permuted within their class, numbers ciphered digit by digit: two originals are never one surrogate. Names of no list
are drawn from a space so large that two of one person practically never meet.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from nlp.deid.keys import Secret
from nlp.deid.labels import NAMES
from nlp.deid.note import WORD
from nlp.deid.person import Person
from nlp.deid.surrogates.ages import age, over_ninety
from nlp.deid.surrogates.contacts import Contacts
from nlp.deid.surrogates.dates import Dates, Policy
from nlp.deid.surrogates.forbidden import Forbidden, fold
from nlp.deid.surrogates.names import Asked, Names
from nlp.deid.surrogates.numbers import Numbers
from nlp.deid.surrogates.places import Places
from nlp.deid.surrogates.words import GENDERS, Words


class Surrogates:
    def __init__(self, person: Person, secret: Secret, dates: Policy = "shift") -> None:
        forbidden = Forbidden(person)
        self._numbers = Numbers(secret.salt, forbidden)
        words = Words(person, secret.salt, forbidden)
        self._names = Names(person, secret.salt, words)
        self._contacts = Contacts(secret.salt, self._names, words, self._numbers)
        self._places = Places(secret.salt, forbidden, self._names, self._numbers)
        self._words = words
        self._dates = Dates(secret.offset, dates, self._numbers.number, person.birth)
        self._said: dict[tuple[str, str, str, datetime | None], str] = {}

    def of(self, text: str, label: str, language: str = "en", time: datetime | None = None) -> str:
        """What stands in place of a span of this label; `time` is the note's own, before any shift."""
        asked = (text, label, language, time if label == "DATE" else None)
        if asked not in self._said:
            self._said[asked] = self._drawn(_clean(text), label, language, time)
        return self._said[asked]

    def _drawn(self, text: str, label: str, language: str, time: datetime | None) -> str:
        if label in NAMES:
            return self._names.name(text, Asked(label, language))
        if label == "DATE":
            return self._dates.date(text, language, time)
        return self._kinds.get(label, self._number)(text, language)

    @cached_property
    def _kinds(self) -> dict[str, Callable[[str, str], str]]:
        """How each label is replaced; numbers where none is named."""
        return {
            "STREET": self._places.line,
            "CITY": self._places.city,
            "HOSPITAL": self._places.organization,
            "EMPLOYER": self._places.organization,
            "PROFESSION": self._places.profession,
            "AGE90": over_ninety,
            "AGE": age,
            "STATE": _kept,
            "PHONE": lambda text, _: self.phone(text),
            "FAX": lambda text, _: self.phone(text),
            "EMAIL": lambda text, _: self.email(text),
            "URL": lambda text, _: self._contacts.url(text),
            "IP": lambda text, _: self._contacts.ip(text),
            "USERNAME": lambda text, _: self._contacts.username(text),
        }

    def given(self, value: str, gender: str = "") -> str:
        return self._names.name(_clean(value), Asked(hint=GENDERS.get(gender, "m")))

    def family(self, value: str) -> str:
        return self._names.name(_clean(value), Asked())

    def name(self, value: str) -> str:
        """A whole name, in whatever order."""
        return self._names.name(_clean(value), Asked())

    def city(self, value: str) -> str:
        return self._places.city(_clean(value), "en")

    def line(self, value: str) -> str:
        return self._places.line(_clean(value), "en")

    def organization(self, value: str) -> str:
        return self._places.organization(_clean(value), "en")

    def zip(self, value: str) -> str:
        """All of it: what may stay of a ZIP code is the policy's to say."""
        return self._numbers.number(value)

    def number(self, value: str) -> str:
        return self._numbers.number(_clean(value))

    def phone(self, value: str) -> str:
        return self._numbers.phone(value)

    def email(self, value: str) -> str:
        return self._contacts.email(_clean(value))

    def url(self, value: str) -> str:
        return self._contacts.url(_clean(value))

    def date(self, value: str, language: str = "en", time: datetime | None = None) -> str:
        return self._dates.date(_clean(value), language, time)

    def _number(self, text: str, language: str) -> str:
        """A name that was taken for a number stays a name."""
        if not any(char.isdigit() for char in text) and any(fold(w) in self._words.known for w in WORD.findall(text)):
            return self._names.name(text, Asked(language=language))
        return self.number(text)


def _kept(text: str, _: str) -> str:
    return text


def _clean(text: str) -> str:
    """Accents joined to their letters, without characters that nobody sees."""
    composed = unicodedata.normalize("NFC", text)
    return composed if composed.isascii() else "".join(c for c in composed if unicodedata.category(c) != "Cf")
