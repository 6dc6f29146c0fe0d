"""Messages taken out of a file of HL7 v2 messages: whole, with their frames; trailers count what is left."""

import re
from collections.abc import Iterator, Set
from pathlib import Path

from etl.csv.records import Broken
from etl.csv.stream import Stream
from etl.formats.hl7_files import BLOCK, END, START, messages

LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|$)")
TRAILER = re.compile(rb"(BTS[^\w\s])(\d+)")


def without_lines(path: Path, gone: Set[int]) -> Iterator[bytes]:
    """All that is not of a message with a line among `gone`, byte for byte."""
    leaving = _leaving(path, gone)
    left_out, after = 0, False
    for number, line in enumerate(_lines(path), start=1):
        if number in leaving:
            left_out += line.lstrip(START)[:3] == b"MSH"
            after = True
        elif not (after and line.strip() == END):  # the frame of what left
            after = False
            counted = TRAILER.match(line)
            if counted and left_out:
                yield counted[1] + str(int(counted[2]) - left_out).encode() + line[counted.end() :]
                left_out = 0
            else:
                yield line


def _leaving(path: Path, gone: Set[int]) -> set[int]:
    """Every line of the messages that go."""
    leaving: set[int] = set()
    for found in messages(path):
        count = found.raw.count(b"\r") + 1
        lines = range(found.line, found.line + count) if isinstance(found, Broken) else [n for n, _ in found.lines]
        if not gone.isdisjoint(lines):
            leaving.update(lines)
    return leaving


def _lines(path: Path) -> Iterator[bytes]:
    """With their ends."""
    with path.open("rb") as file:
        rest = b""
        for piece in Stream(file, path).pieces(BLOCK):
            *lines, rest = _cut(rest + piece)
            yield from lines
        yield from (line for line in _cut(rest) if line)


def _cut(data: bytes) -> list[bytes]:
    """The last one may go on: it, or nothing, is the last of the list."""
    lines = [line for line in LINE.findall(data) if line]
    whole = data.endswith(b"\n")
    return [*lines, b""] if whole else lines or [b""]
