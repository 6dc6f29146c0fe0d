"""Bytes of a file of HL7 v2 messages cut into messages: bare or MLLP-framed, one or many, in batches or not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from etl.csv.records import Broken
from etl.csv.stream import Stream

BLOCK = 1 << 20
START, END = b"\x0b", b"\x1c"  # of an MLLP frame
MARK = b"\xef\xbb\xbf"
INNER = re.compile(rb"MSH([^\w\s])[^\w\s]{3,5}\1")  # a header within a line: what stands before it was cut
LINE_END = re.compile(rb"\r\n|\r|\n")
HEADERS, TRAILERS = (b"FHS", b"BHS"), (b"BTS", b"FTS")


@dataclass
class RawMessage:
    """`cut` says why the message is known to end early; lines are (number, bytes), MSH first."""

    lines: list[tuple[int, bytes]] = field(default_factory=list)
    cut: str = ""

    @property
    def raw(self) -> bytes:
        return b"\r".join(line for _, line in self.lines)


def messages(path: Path) -> Iterator[RawMessage | Broken]:
    """In the order of the file; what stands in no message, and trailers that count wrong, as Broken."""
    with path.open("rb") as file:
        stream = Stream(file, path)
        cutter = _Cutter()
        for number, line in enumerate(_lines(stream), start=1):
            yield from cutter.line(number, line.removeprefix(MARK) if number == 1 else line)
        yield from cutter.end(stream.damage)


def _lines(stream: Stream) -> Iterator[bytes]:
    """Lines end with CR, LF or CR LF, in one file too."""
    rest = b""
    for piece in stream.pieces(BLOCK):
        data = rest + piece
        held = data[-1:] if data.endswith(b"\r") else b""  # its line feed may come with the next piece
        *lines, rest = LINE_END.split(data[: len(data) - len(held)])
        rest += held
        yield from lines
    yield from LINE_END.split(rest)


class _Cutter:
    def __init__(self) -> None:
        self._now: RawMessage | None = None
        self._framed = False
        self._strays: list[tuple[int, bytes]] = []
        self._counts = {b"BHS": 0, b"FHS": 0}  # messages of the batch, batches of the file
        self._open: dict[bytes, tuple[int, bytes]] = {}

    def line(self, number: int, line: bytes) -> Iterator[RawMessage | Broken]:
        if START in line:
            before, line = line.split(START, 1)
            self._add(number, before)
            yield from self._done("the frame of the message is not closed before the next one opens")
            self._framed = True
        line, *ended = line.split(END)
        while inner := INNER.search(line, 1):
            self._add(number, line[: inner.start()])
            yield from self._done("the next message begins inside its last line", always=True)
            line = line[inner.start() :]
        yield from self._segment(number, line)
        if ended:
            self._framed = False
            yield from self._done()

    def end(self, damage: str) -> Iterator[RawMessage | Broken]:
        yield from self._done(damage or "the file ends before the frame of the message is closed", always=bool(damage))
        yield from self._astray()
        for name, (number, line) in self._open.items():
            yield Broken(number, "hl7-trailer", line, name.decode())

    def _segment(self, number: int, line: bytes) -> Iterator[RawMessage | Broken]:
        name = line[:3]
        if name == b"MSH":
            yield from self._done()
            yield from self._astray()
            self._now = RawMessage()
            self._counts[b"BHS"] += 1
            self._add(number, line)
        elif name in HEADERS:
            yield from self._done()
            yield from self._astray()
            self._counts[b"FHS"] += name == b"BHS"
            self._counts[name] = 0
            self._open[name] = (number, line)
        elif name in TRAILERS:
            yield from self._done()
            yield from self._trailer(number, line, HEADERS[name == b"BTS"])
        else:
            self._add(number, line)

    def _add(self, number: int, line: bytes) -> None:
        if not line.strip():
            return
        if self._now is None:
            self._strays.append((number, line))
        else:
            self._now.lines.append((number, line))

    def _done(self, cut: str = "", always: bool = False) -> Iterator[RawMessage]:
        if self._now is not None:
            self._now.cut = cut if self._framed or always else ""
            yield self._now
        self._now = None

    def _astray(self) -> Iterator[Broken]:
        if self._strays:
            first, line = self._strays[0]
            name = line[:3].decode() if re.match(rb"[A-Z][A-Z0-9]{2}\W", line) else ""
            yield Broken(first, "hl7-no-header", b"\r".join(line for _, line in self._strays), name)
        self._strays = []

    def _trailer(self, number: int, line: bytes, header: bytes) -> Iterator[Broken]:
        said = re.match(rb"\d+", line[4:])
        if header not in self._open or (said and int(said[0]) != self._counts[header]):
            told = "no count" if not said else said[0].decode()
            what = "batches" if header == b"FHS" else "messages"
            name = line[:3].decode()
            yield Broken(
                number, "hl7-count", line, name, f"{name} says {told}, {self._counts[header]} {what} stand before it"
            )
        self._open.pop(header, None)
