"""Delimited text: one raw table a file, its columns named by the first line or by the mapping."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from etl.csv.layout import Layout, header, layouts
from etl.csv.reader import first_line, read
from etl.formats.format import WHOLE, Rows
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable


class Delimited:
    def __init__(self, said: FileFormat, tables: tuple[RawTable, ...]) -> None:
        self._said, self._tables = said, tables

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        layout = self.layout(path)
        return {WHOLE: layout.names} if layout else {}

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        layout = self.layout(path)
        if layout:
            yield from (Rows(WHOLE, piece) for piece in read(path, layout, list(wanted[WHOLE])))

    def layout(self, path: Path) -> Layout | None:
        """The first way to read the header in which no required column is missing. None for a file of no bytes."""
        line = header(first_line(path), path)
        if not line.strip():
            return None
        choices = layouts(line)
        found = next((each for each in choices if self._fits(each)), choices[0])
        return replace(found, tight=self._tight(found))

    def _fits(self, layout: Layout) -> bool:
        present = {name.lower() for name in layout.names}
        required = [column.names for table in self._tables for column in table.columns if column.required]
        return all(any(name.lower() in present for name in names) for names in required)

    def _tight(self, layout: Layout) -> tuple[int, ...]:
        tight = {name.lower() for t in self._tables for column in t.columns if column.tight for name in column.names}
        return tuple(place for place, name in enumerate(layout.names) if name.lower() in tight)
