"""A SQL dump as text that is read on as it is used up: decoded, unpacked, with the line of every place."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from etl.csv.layout import BOM, WIDE_MARKS
from etl.csv.stream import Stream, as_utf8

CHUNK = 1 << 20
LONGEST = 32 << 20  # characters of one row or head of a statement


class Text:
    """`text` from `at` on is not used yet. `line`: of `at`. Use as a context."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._file = path.open("rb")
        self._stream = Stream(self._file, path)
        self._pieces = self._decoded(encoding)
        self.text, self.at, self.line, self.ended = "", 0, 1, False

    def __enter__(self) -> "Text":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    @property
    def damage(self) -> str:
        return self._stream.damage if self.ended else ""

    def _decoded(self, encoding: str) -> Iterator[str]:
        """What is no UTF-8 stands as surrogates."""
        pieces = self._stream.pieces(CHUNK)
        first = next(pieces, b"")
        wide = first.startswith(WIDE_MARKS)  # SQL Server writes UTF-16 unasked
        joined = as_utf8(_after(first.removeprefix(BOM), pieces), "utf-16" if wide else encoding)
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        for piece in joined:
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)

    def more(self) -> bool:
        """Reads on; False at the end, and where what is not used is too long already."""
        rest = len(self.text) - self.at
        if self.ended or rest > LONGEST:
            return False
        pieces, size = [self.text[self.at :]], 0
        while size <= rest:  # twice as much, so that a long row is not tried again too often
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
                break
            pieces.append(piece)
            size += len(piece)
        self.text, self.at = "".join(pieces), 0
        return size > 0

    def use(self, end: int) -> str:
        """The text up to `end`, which is done with."""
        used = self.text[self.at : end]
        self.line += used.count("\n")
        self.at = end
        return used

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """At the present place, reading on until it fits. Only for patterns that end with a sign of their own."""
        while True:
            found = pattern.match(self.text, self.at)
            if found is not None or not self.more():
                return found

    def spare(self, pattern: re.Pattern[str]) -> None:
        """Uses up what fits and is not wanted, such as blanks and comments."""
        while True:
            found = pattern.match(self.text, self.at)
            end = found.end() if found else self.at
            if end < len(self.text) and not self.text.startswith(("--", "/*", "#"), end):
                self.use(end)
                return
            if not self.more():
                self.use(end)
                return


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
