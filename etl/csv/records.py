"""Which bytes of a block are whole, well-formed records; every other line is named with the rule it breaks.

A block without quotes, NUL bytes and wrong UTF-8 is taken as it stands; everything else is decided line by line.
Records follow RFC 4180: a quote opens a cell only at its start, ends it only before a delimiter or a line end.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.csv.layout import Layout
from etl.csv.quotes import Quotes, walk, well_formed

Ints = npt.NDArray[np.int64]
LF, CR, NUL = 10, 13, 0
GOOD, BLANK, INSIDE, NUL_BYTE, ENCODING, STRAY_CR, QUOTE = range(7)
RULES = {NUL_BYTE: "nul-byte", ENCODING: "encoding", STRAY_CR: "stray-cr", QUOTE: "quote"}


@dataclass(frozen=True)
class Broken:
    """`where`: the column or segment, `message`: what was found and expected, where the rule alone does not say it."""

    line: int
    rule: str
    raw: bytes
    where: str = ""
    message: str = ""


@dataclass(frozen=True)
class Records:
    """`lines` are the records' lines, from 0 in the block; None: every line is a record."""

    text: bytes
    lines: Ints | None
    broken: tuple[Broken, ...]
    used: int
    lines_used: int
    quoted: bool = False


def split(data: bytes, last: bool, layout: Layout, exact: bool = False) -> Records:
    """Whole records at the start of `data`. `exact` skips the shortcut: for a block that proved to hold blank lines."""
    end = len(data) if last else data.rfind(b"\n") + 1
    text = data[:end]
    if not exact and not _needs_care(text, layout.quoting):
        return Records(text, None, (), end, -1)
    return _split_lines(data, end, last, layout)


def _needs_care(text: bytes, quoting: bool) -> bool:
    if (quoting and b'"' in text) or b"\0" in text or not _is_utf8(text):
        return True
    return b"\r" in text and text.count(b"\r") != text.count(b"\r\n")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class Lines:
    """The lines of a block: start, end without the line feed, and state."""

    starts: Ints
    ends: Ints
    state: npt.NDArray[np.uint8]

    def at(self, positions: Ints) -> Ints:
        return np.unique(np.searchsorted(self.ends, positions, side="left"))


def _lines(buffer: npt.NDArray[np.uint8]) -> Lines:
    ends = np.flatnonzero(buffer == LF)
    if len(buffer) and (not len(ends) or ends[-1] != len(buffer) - 1):
        ends = np.append(ends, len(buffer))
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64) if len(ends) else ends
    return Lines(starts, ends, np.zeros(len(ends), np.uint8))


def _split_lines(data: bytes, end: int, last: bool, layout: Layout) -> Records:
    buffer = np.frombuffer(data, np.uint8)[:end]
    lines = _lines(buffer)
    used = _mark_quotes(data, buffer, lines, last, layout) if layout.quoting else len(buffer)
    kept = int(np.searchsorted(lines.starts, used))
    lines = Lines(lines.starts[:kept], lines.ends[:kept], lines.state[:kept])
    _mark(data, buffer[:used], lines, layout.quoting)
    return _collect(data, used, lines, layout.quoting)


def _mark_quotes(data: bytes, buffer: npt.NDArray[np.uint8], lines: Lines, last: bool, layout: Layout) -> int:
    """Marks continued and broken lines; says how many bytes are whole records."""
    quotes = Quotes(np.flatnonzero(buffer == ord('"')), lines.starts, lines.ends)
    if not len(quotes.at):
        return len(buffer)
    inside = well_formed(data, buffer, quotes, last, layout)
    if inside is not None:
        lines.state[inside] = INSIDE
        open_from = np.flatnonzero(~inside)[-1] if quotes.odd else len(inside)
        return int(lines.starts[open_from]) if open_from < len(inside) else len(buffer)
    continued, broken, used = walk(data, quotes, last, layout)
    lines.state[continued] = INSIDE
    lines.state[broken] = QUOTE
    return used


def _mark(data: bytes, buffer: npt.NDArray[np.uint8], lines: Lines, quoting: bool) -> None:
    """Blank lines and broken bytes; what is wrong inside a record of several lines is said of its first line."""
    state = lines.state
    lengths = lines.ends - lines.starts
    blank = (lengths == 0) | ((lengths == 1) & (buffer[np.minimum(lines.starts, len(buffer) - 1)] == CR))
    state[blank & (state == GOOD)] = BLANK
    head = np.maximum.accumulate(np.where(state == INSIDE, 0, np.arange(len(state))))
    stray = head[_stray(buffer, lines, head, quoting)]
    state[stray[state[stray] == GOOD]] = STRAY_CR
    state[head[lines.at(np.flatnonzero(buffer == NUL))]] = NUL_BYTE
    if not _is_utf8(buffer.tobytes()):
        for line in lines.at(np.flatnonzero(buffer >= 0x80)):
            if not _is_utf8(data[lines.starts[line] : lines.ends[line]]):
                state[head[line]] = ENCODING


def _stray(buffer: npt.NDArray[np.uint8], lines: Lines, head: Ints, quoting: bool) -> Ints:
    """Lines with a carriage return that ends no line and stands in no quoted cell."""
    at = np.flatnonzero(buffer == CR)
    at = at[(at + 1 < len(buffer)) & (buffer[np.minimum(at + 1, len(buffer) - 1)] != LF)]
    line = np.searchsorted(lines.ends, at)
    quotes = np.flatnonzero(buffer == ord('"')) if quoting else np.zeros(0, np.int64)
    before = np.searchsorted(quotes, at) - np.searchsorted(quotes, lines.starts[head[line]])
    found: Ints = line[before % 2 == 0]
    return found


def _collect(data: bytes, used: int, lines: Lines, quoting: bool) -> Records:
    state = lines.state
    head = np.maximum.accumulate(np.where(state == INSIDE, 0, np.arange(len(state)))) if len(state) else state
    keep = state[head] == GOOD if len(state) else state.astype(bool)
    broken_heads = np.flatnonzero((state != INSIDE) & (state != GOOD) & (state != BLANK))
    stops = np.append(np.flatnonzero(state != INSIDE), len(state))
    broken = tuple(
        Broken(int(i), RULES[int(state[i])], data[lines.starts[i] : lines.ends[_next(stops, int(i)) - 1]].rstrip(b"\r"))
        for i in broken_heads
    )
    good = np.flatnonzero(state == GOOD).astype(np.int64)
    text = data[:used] if keep.all() else _kept(data, lines, keep)
    return Records(text, good, broken, used, len(state), quoted=quoting and b'"' in text)


def _next(stops: Ints, line: int) -> int:
    return int(stops[np.searchsorted(stops, line, side="right")])


def _kept(data: bytes, lines: Lines, keep: npt.NDArray[np.bool_]) -> bytes:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], keep.view(np.int8), [0]])))
    view = memoryview(data)
    runs = (view[lines.starts[a] : lines.ends[b - 1] + 1] for a, b in edges.reshape(-1, 2))
    return b"".join(runs)
