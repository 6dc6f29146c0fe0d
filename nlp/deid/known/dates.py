"""The dates of birth and death in every spelling, and what is left of them: birthday, year of birth."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nlp.deid.known.knowledge import cued, knowledge
from nlp.deid.known.page import Page
from nlp.deid.known.runs import EXACT, LAYER, WEAK
from nlp.deid.person import Person
from nlp.deid.span import Span

CLOSE = re.compile(r"[\s.,/\-–_年月日号的'’]{0,3}")
ENDINGS = frozenset(("st", "nd", "rd", "th", "of", "de", "del", "the", "o", "a", "年", "月", "日", "号"))
REACH = 6  # words on either side of a year among which day and month stand
FEW = 3


@dataclass(frozen=True)
class Known:
    day: date
    cue: str  # what stands before its year alone: `born` or `died`


class DateFinder:
    def __init__(self, person: Person) -> None:
        days = [Known(day, cue) for day, cue in ((person.birth, "born"), (person.death, "died")) if day]
        for found in person.identifiers:
            if found.part == "date" and (day := _parsed(found.value)) and day not in [known.day for known in days]:
                days.append(Known(day, "born"))
        self.days = days
        self.months = knowledge().numbered("months")
        self.numbers = knowledge().numbered("days")

    def find(self, page: Page) -> Iterator[Span]:
        for known in self.days:
            for glued in _glued(known.day) & page.index.keys():
                yield from (Span(*page.spans[n], "DATE", LAYER, EXACT) for n in page.index[glued])
            for year in (f"{known.day.year}", f"{known.day.year % 100:02d}"):
                for number in page.index.get(year, ()):
                    yield from self._year(page, number, known)
            yield from self._birthday(page, known)

    def _year(self, page: Page, number: int, known: Known) -> Iterator[Span]:
        """Day and month on one side of the year; else the year alone after `born`."""
        for step in (-1, 1):
            last = self._walk(page, number, step, known.day)
            if last is not None:
                first, last = sorted((number, last))
                yield Span(page.spans[first][0], _day_sign(page, page.spans[last][1]), "DATE", LAYER, EXACT)
                return
        cue = knowledge().pattern(known.cue)
        if len(page.words[number]) == 4 and cued(cue, page.before(number, 30)):
            yield Span(*page.spans[number], "DATE", LAYER, WEAK)

    def _walk(self, page: Page, number: int, step: int, day: date) -> int | None:
        """The word where day and month have both been met, or None. Other words than endings stop it."""
        missing, at = {"day", "month"}, number
        for _ in range(REACH):
            gap_at = at - 1 if step < 0 else at
            at += step
            if not 0 <= at < len(page.words) or not CLOSE.fullmatch(page.gap(gap_at)):
                return None
            met = self._meets(page.words[at], missing, day, day.day == day.month)
            if not met and page.words[at] not in ENDINGS and not self._part(page, at, step, day):
                return None
            missing -= met
            if not missing:
                return self._edge(page, at, step)
        return None

    def _part(self, page: Page, at: int, step: int, day: date) -> bool:
        """One half of `twenty-first`."""
        whole = page.words[at] + "-" + page.words[at - step] if step > 0 else page.words[at - 1] + "-" + page.words[at]
        return self.numbers.get(whole) == day.day or page.words[at] in ("twenty", "thirty", "treinta", "y")

    def _meets(self, word: str, missing: set[str], day: date, _same: bool) -> set[str]:
        if word.isdigit() and len(word) < FEW:
            number = int(word)
            return next(
                ({part} for part in ("day", "month") if part in missing and number == getattr(day, part)), set()
            )
        if "month" in missing and self.months.get(word) == day.month:
            return {"month"}
        said = self.numbers.get(word)
        return {"day"} if "day" in missing and said in (day.day, day.day % 10 if day.day > 20 else 0) else set()

    def _edge(self, page: Page, at: int, step: int) -> int:
        """Takes `st` of 1st and 日 along where the walk went to the right."""
        following = at + 1
        inside = step > 0 and following < len(page.words) and page.words[following] in ENDINGS
        return following if inside and not page.gap(at) else at

    def _birthday(self, page: Page, known: Known) -> Iterator[Span]:
        """August 3; 3 de agosto; 8/3 after `DOB` or `born`; 8月3日."""
        for name in [n for n, month in self.months.items() if month == known.day.month and n in page.index]:
            for number in page.index[name]:
                yield from self._beside(page, number, known.day)
        for number in page.index.get(str(known.day.month), []) + page.index.get(f"{known.day.month:02d}", []):
            yield from self._numeric(page, number, known)

    def _beside(self, page: Page, number: int, day: date) -> Iterator[Span]:
        for step in (-1, 1):
            at = number
            for _ in range(FEW):
                gap_at = at - 1 if step < 0 else at
                at += step
                if not 0 <= at < len(page.words) or not CLOSE.fullmatch(page.gap(gap_at)):
                    break
                if self._meets(page.words[at], {"day"}, day, False):
                    first, last = sorted((number, self._edge(page, at, step)))
                    yield Span(page.spans[first][0], page.spans[last][1], "DATE", LAYER, WEAK)
                    return
                if page.words[at] not in ENDINGS:
                    break

    def _numeric(self, page: Page, number: int, known: Known) -> Iterator[Span]:
        forms = {str(known.day.day), f"{known.day.day:02d}"}
        for other in (number - 1, number + 1):
            if not 0 <= other < len(page.words) or page.words[other] not in forms:
                continue
            first, last = sorted((number, other))
            if page.gap(first) in ("/", "-", ".") and cued(knowledge().pattern(known.cue), page.before(first)):
                yield Span(page.spans[first][0], page.spans[last][1], "DATE", LAYER, WEAK)
                return
        if page.words[number + 1 : number + 2] == ["月"] and page.words[number + 2 : number + 3][0:1] <= list(forms):
            end = min(number + 2, len(page.words) - 1)
            if page.words[end] in forms:
                yield Span(page.spans[number][0], page.spans[end][1], "DATE", LAYER, EXACT)


def _day_sign(page: Page, end: int) -> int:
    """With 日 behind it, which begins the next word."""
    return end + (page.text[end : end + 1] in ("日", "号"))


def _glued(day: date) -> set[str]:
    """19370803, 08031937, 03081937, 080337; six digits only where they are no round number."""
    y, m, d = f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"
    return {y + m + d, m + d + y, d + m + y, m + d + y[2:], d + m + y[2:], y[2:] + m + d}


def _parsed(value: str) -> date | None:
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", value)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
