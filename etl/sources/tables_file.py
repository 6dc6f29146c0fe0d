"""One raw file beside its mapping: which raw tables it holds, which column is which, and its rows as cells."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.errors import MappingError
from contract.work import Group
from etl.csv.reader import Piece
from etl.formats.delimited import Delimited
from etl.formats.format import WHOLE, Format, format_of
from etl.mapping.columns import RawColumn
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable
from etl.mapping.load import TableMapping
from etl.sources.tables_empty import emptied
from etl.sources.tables_places import place_of

NAME = re.compile(r"^[A-Za-z_][\w .()-]{0,60}$")


@dataclass(frozen=True)
class RawFile:
    """One raw table of a file. `held`: its name there. `found`: column of the mapping -> its name in the file.

    `said`: columns that the file's path says. `notes`: what was unusual, without PHI.
    """

    path: Path
    table: RawTable
    held: str
    found: dict[str, str]
    said: dict[str, str | None]
    notes: tuple[str, ...] = ()

    def has(self, column: str) -> bool:
        return column in self.found or column in self.said

    def cells(self, piece: Piece, names: Sequence[str]) -> Piece:
        """The piece with columns of the mapping: those of `names` that it has, without cells that mean nothing."""
        columns = {}
        for name in names:
            if name in self.found:
                columns[name] = emptied(piece.rows.column(self.found[name]), self._empty(name))
            elif name in self.said:
                columns[name] = _constant(self.said[name], len(piece))
        return Piece(pa.table(columns), piece.lines, piece.broken)

    def _empty(self, name: str) -> tuple[str, ...]:
        return (*self.table.empty, *self.table.column(name).empty)


@dataclass(frozen=True)
class Opened:
    """Raw tables that one file holds, read in one pass."""

    path: Path
    format: Format
    raws: tuple[RawFile, ...]
    written: tuple[str, ...] = ()  # what is unusual about the way it is written

    @property
    def notes(self) -> list[str]:
        told = [f"{self.raws[0].table.name}: {note}" for note in self.written]
        return [note for raw in self.raws for note in raw.notes] + told

    def pieces(self, names: Mapping[str, Sequence[str]] | None = None) -> Iterator[tuple[RawFile, Piece]]:
        """Of each raw table, the columns of `names`; without, all that the mapping reads. Broken lines come along."""
        read = {raw.table.name: _read(raw) if names is None else names[raw.table.name] for raw in self.raws}
        wanted: dict[str, dict[str, None]] = {raw.held: {} for raw in self.raws}
        for raw in self.raws:
            wanted[raw.held] |= dict.fromkeys(raw.found[name] for name in read[raw.table.name] if name in raw.found)
        for rows in self.format.read(self.path, {held: list(columns) for held, columns in wanted.items()}):
            for raw in [raw for raw in self.raws if raw.held == rows.table]:
                yield raw, raw.cells(rows.piece, read[raw.table.name])
            if rows.table not in wanted:  # broken, and nobody knows of which table
                yield self.raws[0], self.raws[0].cells(rows.piece, ())


def open_file(path: Path, group: Group, tables: Sequence[TableMapping]) -> list[Opened]:
    """The tables among those asked for that the file holds, by the formats that they are read in."""
    formats: dict[FileFormat, list[RawTable]] = {}
    for table in tables:
        formats.setdefault(table.raw.format, []).append(table.raw)
    found = []
    for said, raws in formats.items():
        reader = format_of(said, raws)
        held = reader.tables(path)
        opened = [_raw_file(path, place_of(path, group), raw, held) for raw in raws]
        if present := tuple(raw for raw in opened if raw is not None):
            found.append(Opened(path, reader, present, tuple(reader.notes) if isinstance(reader, Delimited) else ()))
    return found


def _read(raw: RawFile) -> list[str]:
    return [column.name for column in raw.table.read]


def _raw_file(path: Path, place: str, table: RawTable, tables: Mapping[str, Sequence[str]]) -> RawFile | None:
    held = _held(table, tables)
    if held is None:
        return None
    names = tables[held]
    said = {name: _said(said, place) for name, said in table.from_path}
    found = _match(names, table, said)
    if _missing(found, table, said):
        raise MappingError(_message(path, table, names, found, said))
    return RawFile(path, table, held, found, said, tuple(_notes(table, names, found, said)))


def _held(table: RawTable, tables: Mapping[str, Sequence[str]]) -> str | None:
    """The raw table's name in the file: with or without a schema before it, in upper or lower case."""
    if WHOLE in tables:
        return WHOLE
    asked = table.source_table.lower()
    whole = [name for name in tables if name == table.source_table] or [n for n in tables if n.lower() == asked]
    found = whole or [name for name in tables if name.lower().rsplit(".", 1)[-1] == asked]
    if len(found) > 1:
        raise MappingError(
            f"{table.name}.yaml: {table.source_table!r} may be {', '.join(found)} of the same file. Say which, such as "
            f"`source_table: {found[0]}`; a mapping table for each reads them all."
        )
    return found[0] if found else None


def _said(pattern: str, place: str) -> str | None:
    found = re.search(pattern, place)
    return found[1] if found else None


def _constant(cell: str | None, count: int) -> pa.ChunkedArray:
    at = pa.array(np.zeros(count, np.int32), mask=np.full(count, cell is None))
    return pa.chunked_array([pa.DictionaryArray.from_arrays(at, pa.array([cell or ""], pa.string()))])


def _match(names: Sequence[str], table: RawTable, said: Mapping[str, str | None]) -> dict[str, str]:
    in_file = {name.lower(): name for name in names}
    named = {column.name: _first(column, in_file) for column in table.delivered if column.name not in said}
    return {name: place for name, place in named.items() if place}


def _first(column: RawColumn, in_file: dict[str, str]) -> str:
    return next((in_file[name.lower()] for name in column.names if name.lower() in in_file), "")


def _missing(found: dict[str, str], table: RawTable, said: Mapping[str, str | None]) -> list[RawColumn]:
    needed = [column for column in table.delivered if column.required or column.name == table.person]
    return [column for column in needed if column.name not in found and column.name not in said]


def _message(
    path: Path, table: RawTable, names: Sequence[str], found: dict[str, str], said: Mapping[str, str | None]
) -> str:
    """Names of columns are shown only when the line is surely a header: else it may be a person's row."""
    expected = ", ".join(name for column in table.delivered if column.name not in said for name in column.names)
    where = f"{path.name} (mapping table {table.name})"
    if not found:
        return (
            f"{where}: the first line names none of the expected columns ({expected}). "
            "Is the header missing, or is this another table's file?"
        )
    free = [name for name in names if NAME.match(name) and name not in found.values()]
    missing = _missing(found, table, said)
    guesses = [guess for column in missing if (guess := _guess(column, free))]
    absent = ", ".join(" or ".join(column.names) for column in missing)
    guess = f"Is it {', '.join(guesses)}? " if guesses else ""
    named = ", ".join(name for name in names if NAME.match(name))
    return (
        f"{where}: required column(s) {absent} missing; found {named}; expected {expected}. {guess}"
        f"If the export calls a column otherwise, say OLD|NEW: type in {table.name}.yaml."
    )


def _guess(column: RawColumn, free: Sequence[str]) -> str:
    """`OLD|NEW` with the free column of the file whose name is nearest."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in free}
    wanted = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in column.names]
    near = [found for name in wanted for found in get_close_matches(name, plain, 1, 0.6)]
    near += [found for name in wanted for found in plain if found and (found in name or name in found)]
    return f"{column.name}|{plain[near[0]]}" if near else ""


def _notes(table: RawTable, names: Sequence[str], found: dict[str, str], said: Mapping[str, str | None]) -> list[str]:
    """Names of columns stand in a line that is surely a header; what does not look like one is counted."""
    others = [name for name in names if name not in found.values()]
    extra = [name for name in others if NAME.match(name)]
    extra += [f"{len(others) - len(extra)} without a plain name"] if len(extra) < len(others) else []
    extra = extra if found else [f"all {len(others)}"]
    absent = [c.name for c in table.delivered if c.name not in found and c.name not in said and c.type != "ignored"]
    asked = table.format.kind == "hl7"  # its columns are what mappings ask for, of one table or another
    notes = [f"{table.name}: column(s) not in the mapping: {', '.join(extra)}"] if others and not asked else []
    notes += [f"{table.name}: optional column(s) absent: {', '.join(absent)}"] if absent else []
    return notes
