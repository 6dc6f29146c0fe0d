"""Dates as FHIR writes them, column by column: moved by whole days, or cut to the year; zone and precision stay.

A partial date is its start: that is moved, and cut again. What is no date becomes null.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

REST = (
    r"^(\d{4}(-\d{2}(-\d{2}(T([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?)?)?)?)$"
)
DAY = 10  # characters of YYYY-MM-DD
FIRST, LAST = date(1, 1, 1).toordinal(), date(9999, 12, 31).toordinal()
EPOCH = date(1970, 1, 1).toordinal()
NONE = np.int64(-(2**62))


@dataclass(frozen=True)
class Dates:
    """`days` since 1970 of the start, NONE where the text is no date; `length` of the text's date: 4, 7 or 10."""

    text: pa.Array
    days: np.ndarray
    length: np.ndarray

    @classmethod
    def read(cls, text: pa.Array) -> "Dates":
        formed = pc.match_substring_regex(text, REST).fill_null(False)
        part = pc.if_else(formed, pc.utf8_slice_codeunits(text, 0, DAY), pa.scalar(None, text.type))
        coded = part.dictionary_encode()
        known = [_start(word) for word in coded.dictionary.to_pylist()]
        starts = np.array([*(days for days, _ in known), NONE], dtype=np.int64)
        lengths = np.array([*(n for _, n in known), 0], dtype=np.int64)
        places = coded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        return cls(text, starts[places], lengths[places])

    @property
    def valid(self) -> np.ndarray:
        valid: np.ndarray = self.days != NONE
        return valid


def _start(text: str) -> tuple[int, int]:
    try:
        return date.fromisoformat(
            text + "-01-01"[: DAY - len(text)] if len(text) == 4 else (text + "-01")[:DAY]
        ).toordinal() - EPOCH, len(text)
    except ValueError:
        return int(NONE), 0


def move(text: pa.Array, days: np.ndarray) -> pa.Array:
    """Each date so many days later: 2020-03-01T08:30:00-05:00 by 7 is 2020-03-08T08:30:00-05:00."""
    read = Dates.read(text)
    moved = np.where(read.valid, read.days + days, NONE)
    valid = read.valid & (moved >= FIRST - EPOCH) & (moved <= LAST - EPOCH)
    iso = pa.array(np.where(valid, moved, 0).astype(np.int32)).view(pa.date32()).cast(text.type)
    for length in (4, 7):
        if (read.length == length).any():
            iso = pc.if_else(pa.array(read.length == length), pc.utf8_slice_codeunits(iso, 0, length), iso)
    whole = pc.binary_join_element_wise(iso, pc.utf8_slice_codeunits(text, DAY), pa.scalar("", text.type))
    return pc.if_else(pa.array(valid), whole, pa.scalar(None, text.type))


def years(text: pa.Array, earliest: np.ndarray) -> pa.Array:
    """The year alone, and never one before `earliest` (0: any)."""
    read = Dates.read(text)
    found = pc.utf8_slice_codeunits(text, 0, 4)
    number = (
        pc.if_else(pa.array(read.valid), found, pa.scalar(None, text.type)).cast(pa.int64()).fill_null(0).to_numpy()
    )
    capped = pa.array(np.maximum(number, earliest)).cast(text.type)
    padded = pc.utf8_lpad(capped, 4, "0")
    return pc.if_else(pa.array(read.valid), padded, pa.scalar(None, text.type))


def same(text: pa.Array) -> pa.Array:
    """As they are, where they are dates."""
    return pc.if_else(pa.array(Dates.read(text).valid), text, pa.scalar(None, text.type))


MICROSECONDS = 86_400_000_000


def move_times(times: pa.Array, days: np.ndarray, precision: pa.Array | None = None) -> pa.Array:
    """Timestamps so many days later; where only year or month was said, the start of the year or month they come to."""
    raw = times.cast(pa.timestamp("us")).cast(pa.int64())
    moved = pc.add(raw, pa.array(days.astype(np.int64) * MICROSECONDS)).cast(pa.timestamp("us"))
    if precision is None:
        return moved
    for unit in ("year", "month"):
        partial = pc.equal(precision, unit).fill_null(False)
        if pc.any(partial).as_py():
            moved = pc.if_else(partial, _cut(raw, moved, unit), moved)
    return moved


def _cut(raw: pa.Array, moved: pa.Array, unit: str) -> pa.Array:
    """Midnight of the source's zone is some hours from midnight UTC: these hours stay."""
    nearest = pc.round_temporal(raw.cast(pa.timestamp("us")), unit="day").cast(pa.int64())
    beyond = pc.subtract(raw, nearest)
    start = pc.floor_temporal(pc.subtract(moved.cast(pa.int64()), beyond).cast(pa.timestamp("us")), unit=unit)
    return pc.add(start.cast(pa.int64()), beyond).cast(pa.timestamp("us"))


def year_times(times: pa.Array, earliest: np.ndarray) -> pa.Array:
    """The start of the year, and never of one before `earliest`."""
    found = pc.year(times).fill_null(0).to_numpy()
    starts = (np.maximum(found, np.maximum(earliest, 1)) - 1970).astype("datetime64[Y]").astype("datetime64[us]")
    return pc.if_else(pc.is_valid(times), pa.array(starts), pa.scalar(None, pa.timestamp("us")))
