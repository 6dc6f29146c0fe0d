"""How a delimited file is laid out: encoding mark, delimiter and column names, from its first line."""

import csv
from dataclasses import dataclass
from pathlib import Path

from contract.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
BOM = b"\xef\xbb\xbf"
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
MARK_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Layout:
    """`tight`: places of columns whose cells hold no blanks (ids, dates); they tell a row from a line of prose.

    `quoting`: false where a quote is a character like any other.
    """

    names: tuple[str, ...]
    delimiter: str = ","
    tight: tuple[int, ...] = ()
    quoting: bool = True

    @property
    def mark(self) -> int:
        return ord(self.delimiter)


def header(first: bytes, path: Path) -> str:
    """The first line as text."""
    if first.startswith(WIDE_MARKS) or b"\0" in first:
        raise InputError(
            f"{path.name}: the file is UTF-16 or binary; UTF-8 text is expected. Say `format: {{encoding: utf-16}}` "
            "of the table, or convert it: iconv -t UTF-8."
        )
    try:
        return first.removeprefix(BOM).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name}: the column names are not UTF-8. Say `format: {{encoding: latin-1}}` (or what it is) of the "
            "table, or convert the file: iconv -t UTF-8."
        ) from error


def layouts(line: str, delimiter: str = "", quoting: bool = True) -> list[Layout]:
    """What the header can mean, the usual delimiter first; with a delimiter given, that one alone."""
    found = []
    for mark in [delimiter] if delimiter else DELIMITERS:
        names = [name.strip() for name in cells(line, mark, quoting)]
        found.append(Layout(tuple(_unique(names)), mark, quoting=quoting))
    return found


def cells(line: str, delimiter: str, quoting: bool) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), []) if quoting else line.split(delimiter)


def _unique(names: list[str]) -> list[str]:
    """A name that comes again gets a number: reading goes on, and a mapping may name either."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return out
