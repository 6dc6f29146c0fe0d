"""Dates and spans of time in a note: "03/12/2024", "March 3", "3 days ago", "since Monday", "two days after admission".

A place is an absolute day, or so many days from something that the reader knows (the note, the admission, the start of
a drug). Numeric dates are read month first in English and day first elsewhere, unless another date of the same note, or
the day the note was written, forbids it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nlp.text.assertion import small
from nlp.text.date_words import Words, words

NOTE, ADMISSION, START, AFTER, LATER = "note", "admission", "start", "after", "later"
DAY, MONTH, YEAR = "day", "month", "year"
ISO = re.compile(r"(?<![\d./-])(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d/-])")
NUMERIC = re.compile(r"(?<![\d./-])(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d|\d\d)(?![\d/-])")
TIMED = re.compile(
    r"\b(?:on|since|from|until|till?|by|before|after|around|to|through|of|desde|el|del|hasta|day|dated?)\W{1,3}(?:the\s)?$|[(\n:;,]\s?$|^$"
)
NEAR = 200  # characters between a date and "two days later"
OLDEST = 110  # years before a note that a date in it is believed


@dataclass(frozen=True, slots=True)
class When:
    """`days` from `anchor`, where no absolute `day` was written. `lasting`: how long something has gone on.

    Anchor `after`: from what is named behind it ("3 days after the new pill").
    """

    start: int
    end: int
    day: date | None = None
    anchor: str = ""
    days: int = 0
    precision: str = DAY
    lasting: bool = False

    def on(self, anchors: Mapping[str, date]) -> date | None:
        """The day it means; None where its anchor is not known."""
        if self.day or self.anchor not in anchors:
            return self.day
        try:
            return anchors[self.anchor] + timedelta(days=self.days)
        except OverflowError:
            return None


def dates(text: str, written: date | None = None, language: str = "") -> list[When]:
    """In order, none overlapping. Without `written` dates that lack a year are left out."""
    known = words(language)
    lower = small(text)
    found: list[When] = []
    for each in (*_absolute(lower, written, known), *_relative(lower, written, known)):
        if all(each.end <= other.start or each.start >= other.end for other in found):
            found.append(each)
    return _continued(sorted(found, key=lambda each: each.start))


def _continued(found: list[When]) -> list[When]:
    """ "Two days later" counts from the date before it, if that is near; else from the start of the drug."""
    made: list[When] = []
    for each in found:
        if each.anchor == LATER:
            last = made[-1] if made and each.start - made[-1].end <= NEAR else None
            day = last.on({}) if last else None
            anchor = last.anchor if last else START
            days = each.days + (last.days if last else 0)
            moved = replace(each, anchor=LATER).on({LATER: day}) if day else None
            each = replace(each, day=moved, anchor="" if moved else anchor, days=0 if moved else days)
        made.append(each)
    return made


def _absolute(text: str, written: date | None, known: Words) -> Iterator[When]:
    for match in ISO.finditer(text):
        yield from _when(match, int(match["y"]), int(match["m"]), int(match["d"]), written)
    yield from _numeric(text, written, known)
    for pattern in known.named_dates:
        for match in pattern.finditer(text):
            if not _perhaps(text, match):
                yield from _named(match, written, known)
    for match in known.years.finditer(text):
        yield from _when(match, int(match["y"]), 1, 1, written, YEAR)


def _numeric(text: str, written: date | None, known: Words) -> Iterator[When]:
    matches = list(NUMERIC.finditer(text))
    day_first = _day_first([(int(m["a"]), int(m["b"]), _year(m["y"], written)) for m in matches], written, known)
    for match in matches:
        first, second = int(match["a"]), int(match["b"])
        day, month = (first, second) if day_first else (second, first)
        yield from _when(match, _year(match["y"], written), month, day, written)
    for match in known.short.finditer(text) if written else ():
        if known.is_fraction(text, match):
            continue
        first, second = int(match["a"]), int(match["b"])
        day, month = (first, second) if day_first else (second, first)
        yield from _yearless(match, month, day, written)


def _day_first(parts: list[tuple[int, int, int]], written: date | None, known: Words) -> bool:
    """What no date of the note forbids; what is still open is decided by the language."""
    if any(first > 12 for first, _, _ in parts):
        return True
    if any(second > 12 for _, second, _ in parts):
        return False
    usual = known.day_first
    for first, second, year in parts if written else ():
        month, day = (second, first) if usual else (first, second)
        late, other = _date(year, month, day), _date(year, day, month)
        if written and late and other and late > written >= other:
            return not usual
    return usual


def _named(match: re.Match[str], written: date | None, known: Words) -> Iterator[When]:
    groups = match.groupdict()
    month, year = known.months[groups["m"].rstrip(".")], groups.get("y")
    if groups.get("d") is None:
        yield from _when(match, int(year or 0), month, 1, written, MONTH)
    elif year:
        yield from _when(match, int(year), month, int(groups["d"]), written)
    else:
        yield from _yearless(match, month, int(groups["d"]), written)


def _perhaps(text: str, match: re.Match[str]) -> bool:
    """ "Grade 2 may progress", "may 2 tablets do": the verb, where no word of time stands before it."""
    groups = match.groupdict()
    if groups["m"] != "may" or groups.get("y") or groups.get("d") is None:
        return False
    return not TIMED.search(text, max(0, match.start() - 20), match.start())


def _yearless(match: re.Match[str], month: int, day: int, written: date | None) -> Iterator[When]:
    """The last such day that the note can speak of; a day after it was written is not told as past."""
    if written:
        this = _date(written.year, month, day)
        year = written.year if this and this - written <= timedelta(days=1) else written.year - 1
        yield from _when(match, year, month, day, written)


def _relative(text: str, written: date | None, known: Words) -> Iterator[When]:
    for anchor, sign, pattern in known.spans:
        for match in pattern.finditer(text):
            count, unit = known.number(match["n"]), known.units[match["u"]]
            precision = YEAR if unit >= 365 else MONTH if unit >= 30 else DAY
            yield When(*match.span(), None, anchor, sign * count * unit, precision, "lasting" in match.groupdict())
    for anchor, pattern in known.ordinals:
        for match in pattern.finditer(text):
            yield When(*match.span(), None, anchor, int(match["n"]) - 1)
    for match in known.named.finditer(text):
        days = known.days_named[" ".join(match["w"].split())]
        yield When(*match.span("w"), None, NOTE, -days, YEAR if days >= 365 else MONTH if days >= 30 else DAY)
    for match in known.weekdays.finditer(text) if written else ():
        back = (written.weekday() - known.weekday_numbers[match["w"]]) % 7 if written else 0
        yield When(*match.span(), None, NOTE, -(back or (7 if match["last"] else 0)))


def _when(
    match: re.Match[str], year: int, month: int, day: int, written: date | None, precision: str = DAY
) -> Iterator[When]:
    made = _date(year, month, day)
    if made and (written is None or written.year - OLDEST <= made.year <= written.year + 2):
        yield When(*match.span(), made, precision=precision)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(said: str, written: date | None) -> int:
    """Two figures mean the century that does not lie ahead of the note."""
    if len(said) == 4:
        return int(said)
    last = written.year if written else date.max.year
    century = last // 100 * 100 if written else 2000
    return century + int(said) if century + int(said) <= last + 1 else century - 100 + int(said)
