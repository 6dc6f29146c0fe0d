"""Quoted cells: whole blocks checked at once when they are well formed, record by record when they are not."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from etl.csv.layout import Layout

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
LINE_END = np.array([10], np.uint8)
LONGEST = 8 << 20  # bytes of one record; an open quote is not followed further


@dataclass(frozen=True)
class Quotes:
    """Positions of quotes in a block, and where its lines start and end."""

    at: Ints
    starts: Ints
    ends: Ints

    @property
    def odd(self) -> bool:
        return len(self.at) % 2 == 1


def well_formed(data: bytes, buffer: npt.NDArray[np.uint8], quotes: Quotes, last: bool, layout: Layout) -> Bools | None:
    """Which lines continue a record, when every quote stands where RFC 4180 wants it; else None."""
    if quotes.odd and (last or len(data) > LONGEST):
        return None
    around = np.concatenate([LINE_END, buffer, LINE_END, LINE_END])  # around[i + 1] is buffer[i]
    opening, closing = quotes.at[0::2], quotes.at[1::2]
    before, after = around[opening], around[closing + 2]
    again = np.zeros(len(opening), bool)  # a doubled quote: the cell goes on
    again[1:] = opening[1:] == closing[: len(opening) - 1] + 1
    doubled = np.zeros(len(closing), bool)
    doubled[: len(opening) - 1] = again[1:][: len(closing)]
    starts_well = (before == layout.mark) | (before == 10) | again
    ends_well = (after == layout.mark) | (after == 10) | doubled
    ends_well |= (after == 13) & (around[closing + 3] == 10)
    if not (starts_well.all() and ends_well.all()):
        return None
    inside: Bools = np.searchsorted(quotes.at, quotes.starts) % 2 == 1
    return None if _swallowed(data, quotes, inside, layout) else inside


def _swallowed(data: bytes, quotes: Quotes, inside: Bools, layout: Layout) -> bool:
    """Whether a line inside a cell looks like a row of its own: two stray quotes make one great cell of all between."""
    continued = np.flatnonzero(inside)
    if not len(continued):
        return False
    marks = np.flatnonzero(np.frombuffer(data, np.uint8) == layout.mark)
    counts = np.searchsorted(marks, quotes.ends) - np.searchsorted(marks, quotes.starts)
    full = counts == len(layout.names) - 1
    head = np.maximum.accumulate(np.where(inside, 0, np.arange(len(inside))))
    middle = np.append(inside[1:], False)
    suspects = continued[full[continued] & (middle[continued] | full[head[continued]])]
    return any(_is_row(data[quotes.starts[i] : quotes.ends[i]], layout) for i in suspects)


def _is_row(line: bytes, layout: Layout) -> bool:
    cells = line.rstrip(b"\r").split(layout.delimiter.encode())
    if len(cells) != len(layout.names) or len(cells) < 2:
        return False
    return all(b" " not in cells[i].strip(b'"') or cells[i][:4].isdigit() for i in layout.tight)


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A whole record; and one whose last cell is still open at the end of the data."""
    mark = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]++|"")*+"(?={mark}|\r?\n|\r?\Z)|[^"{mark}\n]*+)'
    record = rf"{cell}(?:{mark}{cell})*+(?=\r?\n|\r?\Z)"
    unfinished = rf'(?:{cell}{mark})*+"(?:[^"]++|"")*+\Z'
    return re.compile(record.encode()), re.compile(unfinished.encode())


def walk(data: bytes, quotes: Quotes, last: bool, layout: Layout) -> tuple[list[int], list[int], int]:
    """Lines that continue a record, broken lines, and the bytes that are whole records."""
    record, unfinished = _patterns(layout.delimiter)
    end = int(quotes.ends[-1]) + 1
    continued: list[int] = []
    broken: list[int] = []
    free = 0  # the next line that may begin a record
    for line in np.unique(np.searchsorted(quotes.ends, quotes.at)):
        if line < free:
            continue
        start = int(quotes.starts[line])
        if not last and len(data) - start < LONGEST and unfinished.match(data, start):
            return continued, broken, start
        found = record.match(data, start, min(len(data), start + LONGEST))
        stop = int(np.searchsorted(quotes.ends, found.end())) if found else -1
        if stop >= len(quotes.ends) and not last and len(data) - start < LONGEST:
            return continued, broken, start
        if found is None or stop >= len(quotes.ends) or not _fits(data[start : found.end()], layout):
            broken.append(int(line))
        elif stop > line:
            continued.extend(range(int(line) + 1, stop + 1))
            free = stop + 1
    return continued, broken, min(end, len(data))


def _fits(record: bytes, layout: Layout) -> bool:
    """The parser counts cells; here only: no line of a record of several lines may be a row of its own."""
    if b"\n" not in record:
        return True
    first, *rest = record.split(b"\n")
    suspects = rest if first.count(layout.delimiter.encode()) == len(layout.names) - 1 else rest[:-1]
    return not any(_is_row(line, layout) for line in suspects)
