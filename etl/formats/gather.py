"""Rows that a format reads one by one, gathered into pieces of text columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from etl.csv.reader import Piece
from etl.csv.records import Broken
from etl.formats.format import Rows

FULL = 20_000  # rows of a piece


@dataclass
class _Table:
    columns: Sequence[str]
    cells: list[Sequence[str | None]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


class Gather:
    """`add` rows and `reject` lines; take `full` now and then and `rest` at the end."""

    def __init__(self, wanted: Mapping[str, Sequence[str]]) -> None:
        self._tables = {name: _Table(list(columns)) for name, columns in wanted.items()}
        self._count = 0

    def add(self, table: str, line: int, cells: Sequence[str | None]) -> None:
        """A cell for each wanted column, in their order; empty ones are null."""
        into = self._tables[table]
        into.cells.append(cells)
        into.lines.append(line)
        self._count += 1

    def say(self, table: str, line: int, said: Mapping[str, str | None]) -> None:
        """A row by the names of its columns; those that are not wanted are left out."""
        self.add(table, line, [said.get(name) for name in self._tables[table].columns])

    def reject(self, table: str, broken: Broken) -> None:
        self._tables.setdefault(table, _Table(())).broken.append(broken)
        self._count += 1

    def full(self) -> Iterable[Rows]:
        """Pieces, once there are rows enough; cheap to ask after every row."""
        return self.rest() if self._count >= FULL else ()

    def rest(self) -> Iterator[Rows]:
        self._count = 0
        for name, held in list(self._tables.items()):
            if held.lines or held.broken:
                yield self._taken(name)

    def _taken(self, name: str) -> Rows:
        held = self._tables[name]
        self._tables[name] = _Table(held.columns)
        columns = zip(*held.cells, strict=True) if held.cells else ([] for _ in held.columns)
        found = {
            column: pa.array([cell or None for cell in cells], pa.string())
            for column, cells in zip(held.columns, columns, strict=True)
        }
        return Rows(name, Piece(pa.table(found), np.array(held.lines, np.int64), tuple(held.broken)))
