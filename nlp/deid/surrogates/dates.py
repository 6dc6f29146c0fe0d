"""Dates of a text moved by whole weeks and written as they were: in figures, months, Chinese, holidays, seasons."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from nlp.deid.surrogates import datewords as words
from nlp.deid.surrogates.datewrite import write

Policy = Literal["shift", "year", "keep"]
OLDEST = 90  # years from which an age is not told
Number = Callable[[str], str]


@dataclass(frozen=True)
class Said:
    """Where and when a date is said: language and time of the note, and by how much it moves."""

    language: str
    time: datetime | None
    offset: timedelta


@dataclass(frozen=True)
class Dates:
    offset: timedelta
    policy: Policy
    number: Number  # what becomes of digits that are no date
    birth: date | None = None

    def date(self, text: str, language: str = "en", time: datetime | None = None) -> str:
        if self.policy == "keep":
            return text
        said = Said(language, time, self.offset)
        return self._year(text, said) if self.policy == "year" else self._moved(text, said)

    def _moved(self, text: str, said: Said) -> str:
        """What can be read is moved; digits and words between that no rule knows do not stay."""
        made, last, read = [], 0, False
        for found in words.pattern().finditer(text):
            piece = _written(found, said)
            made += [self._rest(text[last : found.start()], said), piece or self.number(found.group())]
            last, read = found.end(), True
        if not read:
            return self._unread(text, said)
        return "".join(made) + self._rest(text[last:], said)

    def _rest(self, text: str, said: Said) -> str:
        """Between dates: what says nothing stays, all else is changed past knowing."""
        known = words.beside()
        plain = re.sub(r"\d+", lambda number: self.number(number.group()), text)
        return re.sub(r"[^\W\d_]+", lambda w: w.group() if known(w.group()) else words.unread(said.language), plain)

    def _unread(self, text: str, said: Said) -> str:
        if re.search(r"\d", text):
            return self._rest(text, said)
        known = words.beside()
        found = re.findall(r"[^\W\d_]+", text)
        return text if found and all(known(word) for word in found) else words.unread(said.language)

    def _year(self, text: str, said: Said) -> str:
        """The year alone: of the date, or of the note where the date says none."""
        for found in words.pattern().finditer(text):
            when = words.read(found, said.language, said.time)
            day = when.on(said.time) if when else None
            if when and day and (when.year or said.time):
                return self._capped(day.year, said)
        return words.unread(said.language)

    def _capped(self, year: int, said: Said) -> str:
        """The year of birth of who is over 89 would say how old they are."""
        oldest = said.time.year - OLDEST if said.time else 0
        if self.birth is None or self.birth.year > oldest or year != self.birth.year:
            return str(year)
        return words.before(said.language).format(year=oldest + 1)


def _written(found: re.Match[str], said: Said) -> str | None:
    """The piece of text with its date moved; None where it is no date after all."""
    if found.lastgroup in ("time", "decade"):
        return found.group()
    when = words.read(found, said.language, said.time)
    day = when.on(said.time) if when else None
    if when is None or day is None:
        return None
    try:
        moved = day + said.offset
    except OverflowError:
        return None
    return write(found, moved, said.language)
