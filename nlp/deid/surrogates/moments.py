"""What a piece of text says of a date: year, month, day, each perhaps not; and when that was."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

UNDATED = 2019  # the year of a date without one in a note without time: it counts for leap days alone
AHEAD = timedelta(days=183)  # how far after its note a date without a year may lie
PIVOT = 50  # two-digit years below are 20xx in a note without time


@dataclass(frozen=True)
class Moment:
    year: int | None = None
    month: int | None = None
    day: int | None = None

    def on(self, time: datetime | None) -> date | None:
        """The date itself, or the middle of what is said; None where there is no such day."""
        year = self.year or self._year(time)
        month = self.month or (time.month if self.day and time else 7 if not self.day else 1)
        day = self.day or (15 if self.month else 2)
        if not (1 <= month <= 12 and 1 <= year <= 9999):
            return None
        if self.day == 29 and month == 2 and not self.year:
            day = min(day, calendar.monthrange(year, month)[1])
        return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None

    def _year(self, time: datetime | None) -> int:
        """The latest that puts the date at most half a year after the note."""
        if time is None or self.month is None or not 1 <= self.month <= 12:
            return time.year if time else UNDATED
        near = time.date() + AHEAD
        return near.year if (self.month, self.day or 15) <= (near.month, near.day) else near.year - 1


def full_year(digits: str, time: datetime | None) -> int:
    """Two digits are the last such year that is at most ten years after the note."""
    year = int(digits)
    if len(digits) > 2:
        return year
    if time is None:
        return year + (2000 if year < PIVOT else 1900)
    latest = time.year + 10
    return latest - (latest - year) % 100
