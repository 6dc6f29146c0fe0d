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
    """`tight`: places of columns whose cells hold no blanks (ids, dates); they tell a row from a line of prose."""

    names: tuple[str, ...]
    delimiter: str = ","
    tight: tuple[int, ...] = ()

    @property
    def mark(self) -> int:
        return ord(self.delimiter)


def header(first: bytes, path: Path) -> str:
    """The first line as text."""
    if first.startswith(WIDE_MARKS) or b"\0" in first:
        raise InputError(
            f"{path.name}: the file is UTF-16 or binary; UTF-8 text is expected. Convert it: iconv -t UTF-8."
        )
    try:
        return first.removeprefix(BOM).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: the column names are not UTF-8. Convert the file: iconv -t UTF-8.") from error


def layouts(line: str) -> list[Layout]:
    """What the header can mean, the usual delimiter first."""
    found = []
    for delimiter in DELIMITERS:
        names = next(csv.reader([line], delimiter=delimiter), [])
        found.append(Layout(tuple(_unique([name.strip() for name in names])), delimiter))
    return found


def _unique(names: list[str]) -> list[str]:
    """A name that comes again gets a number: reading goes on, and a mapping may name either."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name}__{seen[name]}")
    return out
