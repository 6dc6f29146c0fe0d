"""A delimited file as Arrow columns of text, piece by piece, with the exact line of every row, good or bad."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from contract.errors import InputError
from etl.csv.layout import Layout
from etl.csv.prelude import PLAIN, Written
from etl.csv.records import Broken, Records, split
from etl.csv.stream import Stream, as_utf8

BLOCK = 4 << 20  # bytes read at once: small blocks are reused by the allocator, large ones are paid page by page
REPEATED = 0.6  # a column with fewer distinct cells than this share of its rows is kept as a dictionary
FEW = 1000  # rows of a block; with fewer a dictionary gains nothing
TEXT = pa.string()
CODED = pa.dictionary(pa.int32(), TEXT)


@dataclass(frozen=True)
class Piece:
    """Rows of one block as columns of text (empty cells null) with their lines; and the lines that are no rows."""

    rows: pa.Table
    lines: npt.NDArray[np.int64]
    broken: tuple[Broken, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def texts(self, rows: npt.NDArray[np.int64], delimiter: str) -> list[bytes]:
        """Some rows as text again: the cells that were read."""
        columns = [column.take(pa.array(rows)).to_pylist() for column in self.rows.columns]
        return [delimiter.join(cell or "" for cell in row).encode() for row in zip(*columns, strict=True)]


def first_line(path: Path, written: Written = PLAIN) -> bytes:
    """The line that names the columns; without one, the first row."""
    with path.open("rb") as file:
        stream = Stream(file, path)
        head, at = b"", None
        for piece in as_utf8(stream.pieces(1 << 16), written.encoding):
            head += piece
            at = written.header(head)
            if at is not None or len(head) > 1 << 22:
                break
    if b"\n" not in head and b"\r" in head:
        raise InputError(f"{path.name}: lines end with CR alone. Convert the file: tr '\\r' '\\n'.")
    if at is None:
        at = written.header(head + b"\n")
    return b"" if at is None else head[at[0] :].split(b"\n", 1)[0]


def read(path: Path, layout: Layout, columns: list[str], written: Written = PLAIN) -> Iterator[Piece]:
    """Every row below the header, in file order; `columns` are read, the others only counted."""
    parse = _Parser(layout, columns or list(layout.names[:1]))
    with path.open("rb") as file:
        stream = Stream(file, path)
        line, rest, begun = 1, b"", False
        for piece in _with_end(as_utf8(stream.pieces(BLOCK), written.encoding)):
            data = rest + piece if rest else piece
            last = not piece
            start = None if begun else written.rows(data + b"\n" if last else data)
            if start is not None:
                data, line, begun = data[start[0] :], 1 + start[1], True
            damage = stream.damage if last else ""
            if not begun or not (data or damage):
                rest = data
                continue
            data = written.uncommented(data, layout, last)
            found = parse.block(data, last, line, damage)
            rest = data[found[0] :]
            line += found[1]
            yield found[2]


def _with_end(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces that hold something, then one empty piece."""
    yield from (piece for piece in pieces if piece)
    yield b""


class _Parser:
    def __init__(self, layout: Layout, columns: list[str]) -> None:
        self._layout = layout
        self._columns = columns
        self._types: dict[str, pa.DataType] = {}

    def block(self, data: bytes, last: bool, line: int, damage: str) -> tuple[int, int, Piece]:
        """Bytes used, lines used, rows."""
        cut = b"" if not damage else data[data.rfind(b"\n") + 1 :]
        whole = data[: len(data) - len(cut)] if damage else data
        found = split(whole, last, self._layout)
        rows, wrong = self._parse(found)
        lines_in = found.lines_used if found.lines is not None else _count_lines(found.text)
        if found.lines is None and lines_in != len(rows) + len(wrong):  # the parser passed over blank lines
            found = split(whole, last, self._layout, exact=True)
            rows, wrong = self._parse(found)
        lines = found.lines if found.lines is not None else np.arange(lines_in, dtype=np.int64)
        broken = list(found.broken) + _miscounted(found, lines, wrong)
        if damage:
            broken.append(Broken(lines_in, "damaged-file", cut))
        lines = np.delete(lines, wrong) + line
        told = tuple(replace(each, line=each.line + line) for each in sorted(broken, key=lambda each: each.line))
        return found.used, lines_in, Piece(rows, lines, told)

    def _parse(self, found: Records) -> tuple[pa.Table, list[int]]:
        """The rows, and the places of records with a wrong number of cells."""
        wrong: list[int] = []

        def skip(row: arrow_csv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip"

        if not found.text:
            return pa.table({name: pa.array([], TEXT) for name in self._columns}), wrong
        names = list(self._layout.names)
        parsing = arrow_csv.ParseOptions(
            delimiter=self._layout.delimiter,
            quote_char='"' if found.quoted else False,
            newlines_in_values=found.quoted,
            invalid_row_handler=skip,
        )
        whole = max(len(found.text), 1 << 16)
        reading = arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=whole)
        table = arrow_csv.read_csv(pa.BufferReader(found.text), reading, parsing, self._converting())
        if not self._types and len(table) >= FEW:
            self._types = {name: worth(table.column(name)) for name in self._columns}
            table = table.cast(pa.schema(list(self._types.items())))
        return table, wrong

    def _converting(self) -> arrow_csv.ConvertOptions:
        return arrow_csv.ConvertOptions(
            check_utf8=False,  # done before
            include_columns=self._columns,
            column_types={name: self._types.get(name, TEXT) for name in self._columns},
            null_values=[""],
            strings_can_be_null=True,
        )


def worth(column: pa.ChunkedArray) -> pa.DataType:
    distinct = len(column.unique())
    return CODED if distinct < REPEATED * len(column) else TEXT


def _count_lines(text: bytes) -> int:
    return text.count(b"\n") + (1 if text and not text.endswith(b"\n") else 0)


def _miscounted(found: Records, lines: npt.NDArray[np.int64], wrong: list[int]) -> list[Broken]:
    """Records with too few or too many cells."""
    if not wrong:
        return []
    if not found.quoted:
        raw = found.text.split(b"\n")
        return [Broken(int(lines[i]), "field-count", raw[i].rstrip(b"\r")) for i in wrong]
    stops = _record_ends(found, lines)
    return [Broken(int(lines[i]), "field-count", found.text[stops[i] : stops[i + 1]].rstrip(b"\r\n")) for i in wrong]


def _record_ends(found: Records, lines: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where records begin in `text`: after the line feeds with an even number of quotes before them."""
    buffer = np.frombuffer(found.text, np.uint8)
    feeds = np.flatnonzero(buffer == 10)
    even = np.searchsorted(np.flatnonzero(buffer == ord('"')), feeds) % 2 == 0
    stops = np.concatenate([[0], feeds[even] + 1, [len(buffer)]]).astype(np.int64)
    return stops[: len(lines) + 1] if len(stops) > len(lines) else stops
