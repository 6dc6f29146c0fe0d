"""Delimited text: one raw table a file, its columns named by the first line or by the mapping."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from contract.errors import InputError
from etl.csv.layout import MARK_NAMES, Layout, cells, header, layouts
from etl.csv.prelude import Written
from etl.csv.reader import first_line, read
from etl.csv.stream import Stream
from etl.formats.format import WHOLE, Places, Rows
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

PIECE = 4 << 20
WIDE = ("utf-16", "utf-32")  # a line end is no single byte


class Delimited:
    def __init__(self, said: FileFormat, tables: tuple[RawTable, ...]) -> None:
        self._said, self._tables = said, tables
        self.written = Written(said.skip, said.comment, not said.header, said.encoding)
        self._layouts: dict[Path, Layout | None] = {}

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        layout = self.layout(path)
        return {WHOLE: layout.names} if layout else {}

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        layout = self.layout(path)
        if layout:
            yield from (Rows(WHOLE, piece) for piece in read(path, layout, list(wanted[WHOLE]), self.written))

    def without(self, path: Path, rows: Places, gone: Places) -> Iterator[bytes]:
        """All other lines byte for byte; a record goes with all its lines."""
        if codecs.lookup(self._said.encoding).name.startswith(WIDE):
            raise InputError(f"{path}: no rows are taken out of {self._said.encoding} files; convert it to UTF-8.")
        going = False
        with path.open("rb") as file:
            for number, line in enumerate(_lines(Stream(file, path)), 1):
                if number in rows[WHOLE]:
                    going = number in gone[WHOLE]
                if not going:
                    yield line

    @property
    def notes(self) -> list[str]:
        """What was unusual about the files looked at."""
        marks = [] if self._said.delimiter else sorted({found.delimiter for found in self._layouts.values() if found})
        return [f"cells are separated by {MARK_NAMES[mark]}, not comma" for mark in marks if mark != ","]

    def layout(self, path: Path) -> Layout | None:
        if path not in self._layouts:
            found = self._layout(path)
            plain = found is not None and self._said.quoting == "auto" and found.delimiter == "\t"
            self._layouts[path] = replace(found, quoting=False) if found and plain else found
        return self._layouts[path]

    def _layout(self, path: Path) -> Layout | None:
        """The first way to read the header in which no required column is missing. None for a file of no bytes."""
        line = header(first_line(path, self.written), path)
        if not line.strip():
            return None
        choices = layouts(line, self._said.delimiter, self._said.quoting != "none")
        if self._said.header:
            return self._named(line, choices)
        found = next((each for each in choices if self._fits(each)), choices[0])
        return replace(found, tight=self._tight(found))

    def _named(self, line: str, choices: list[Layout]) -> Layout:
        """The mapping names the columns; the delimiter is the first that gives the first row as many cells."""
        names = self._said.header
        fits = (each for each in choices if len(cells(line, each.delimiter, each.quoting)) == len(names))
        found = replace(next(fits, choices[0]), names=names)
        return replace(found, tight=self._tight(found))

    def _fits(self, layout: Layout) -> bool:
        present = {name.lower() for name in layout.names}
        required = [column.names for table in self._tables for column in table.delivered if column.required]
        return all(any(name.lower() in present for name in names) for names in required)

    def _tight(self, layout: Layout) -> tuple[int, ...]:
        tight = {name.lower() for t in self._tables for column in t.delivered if column.tight for name in column.names}
        return tuple(place for place, name in enumerate(layout.names) if name.lower() in tight)


def _lines(stream: Stream) -> Iterator[bytes]:
    rest = b""
    for piece in stream.pieces(PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
