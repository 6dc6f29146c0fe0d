"""FHIR dates and dateTimes as UTC microseconds, with how much was said and when what was said is over."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

PRECISIONS = ("year", "month", "day", "minute", "second")
YEAR, MONTH, DAY, MINUTE, SECOND = range(5)
FULL = 20  # characters from which a dateTime says seconds and zone: 2026-11-20T23:07:13Z
NO_TIME = np.iinfo(np.int64).min
PARTIAL = re.compile(r"\d{4}(-\d\d){0,2}")
MINUTE_ONLY = re.compile(r"T\d\d:\d\d($|Z|[+-])")


@dataclass(frozen=True)
class Instants:
    """`start` and `end` are UTC microseconds since 1970, or NO_TIME; `precision` counts in PRECISIONS, -1 for none."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    precision: NDArray[np.int8]


def instants(texts: pa.ChunkedArray, zone: str = "UTC") -> Instants:
    """What does not parse is NO_TIME. `zone` is where a date without one was written."""
    start = np.full(len(texts), NO_TIME)
    found = Instants(start, start.copy(), np.full(len(texts), -1, np.int8))
    lengths = pc.fill_null(pc.binary_length(texts), 0).to_numpy()
    full = lengths >= FULL
    _read(texts, full, found, zone, fast=True)
    _read(texts, (lengths > 0) & ~full, found, zone, fast=False)
    return found


def _read(texts: pa.ChunkedArray, which: NDArray[np.bool_], found: Instants, zone: str, *, fast: bool) -> None:
    if not which.any():
        return
    some = texts if which.all() else texts.filter(pa.array(which))
    values = _cast(some) if fast else None
    if values is not None:
        found.start[which], found.end[which], found.precision[which] = values, values, SECOND
        return
    each = some.combine_chunks().dictionary_encode()
    read = np.array([read_one(text, zone) for text in each.dictionary.to_pylist()], np.int64)[each.indices.to_numpy()]
    found.start[which], found.end[which], found.precision[which] = read.T


def _cast(texts: pa.ChunkedArray) -> NDArray[np.int64] | None:
    """All at once, when all are as they should be."""
    try:
        times = texts.cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:  # one of them says no zone, leap seconds, nanoseconds or nonsense: read them one by one
        return None
    return np.asarray(times.cast(pa.int64()).to_numpy())


def read_one(text: str, zone: str) -> tuple[int, int, int]:
    """(start, end, precision) of one FHIR date or dateTime."""
    try:
        if len(text) <= len("2026-11-20"):
            return _partial(text, ZoneInfo(zone))
        moment = datetime.fromisoformat(text.replace(":60", ":59"))  # a leap second is the second before it
    except (ValueError, OverflowError):
        return NO_TIME, NO_TIME, -1
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    start = _micros(moment)
    if MINUTE_ONLY.search(text):
        return start, start + 60_000_000, MINUTE
    return start, start, SECOND


def _partial(text: str, zone: ZoneInfo) -> tuple[int, int, int]:
    if not PARTIAL.fullmatch(text):
        raise ValueError("not a FHIR date")
    parts = [int(part) for part in text.split("-")]
    precision = len(parts) - 1
    year, month, day = (*parts, 1, 1)[:3]
    first = date(year, month, day)
    after = _next(first, precision)
    return _midnight(first, zone), _midnight(after, zone), precision


def _next(first: date, precision: int) -> date:
    if precision == DAY:
        return first + timedelta(days=1)
    months = first.month + (12 if precision == YEAR else 1) - 1
    return date(first.year + months // 12, months % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return _micros(datetime(day.year, day.month, day.day, tzinfo=zone))


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
