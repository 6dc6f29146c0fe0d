"""Formats of raw files: which raw tables a file holds, and their rows piece by piece in one pass."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from etl.csv.reader import Piece
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

WHOLE = ""
"""The raw table of a file that holds one only: no mapping need name it."""

FORMATS = {
    "delimited": "etl.formats.delimited:Delimited",
    "parquet": "etl.formats.parquet:Parquet",
    "sql": "etl.formats.sql:Sql",
    "hl7": "etl.formats.hl7:Hl7",
    "ccda": "etl.formats.ccda:Ccda",
}
"""Kind of file -> module:class, made of (FileFormat, the mapping's tables in such files); imported when met."""


@dataclass(frozen=True)
class Rows:
    """Rows of one raw table of a file: text columns, the line (segment, entry) of each row, and what is no row.

    What is broken and belongs to no raw table that can be told comes under WHOLE.
    """

    table: str
    piece: Piece


Places = Mapping[str, Set[int]]
"""Raw table -> lines (or what the format calls so) on which rows begin."""


class Format(Protocol):
    """A reader of one kind of files: InputError for what cannot be read at all, broken lines for parts of it."""

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        """What the file holds: raw table -> its columns. Cheap; empty for a file of nothing."""

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        """One pass in bounded memory: those tables with those columns, all of which the file was said to hold."""


@runtime_checkable
class Erasing(Format, Protocol):
    """A format out of whose files rows can be taken."""

    def without(self, path: Path, rows: Places, gone: Places) -> Iterator[bytes]:
        """The file's bytes, unpacked, without the rows that go; `rows` are all there are, good and broken."""


def format_of(said: FileFormat, tables: Sequence[RawTable]) -> Format:
    module, name = FORMATS[said.kind].split(":")
    return cast(Format, getattr(import_module(module), name)(said, tuple(tables)))
