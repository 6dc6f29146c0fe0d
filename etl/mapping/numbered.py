"""Columns that come by number: `visit{1..12}_date` stands for twelve of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contract.errors import MappingError

RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
MOST = 1000


def numbered(where: str, said: Mapping[Any, Any]) -> Iterator[tuple[str, str, Any]]:
    """(name, its number or nothing, what is said of it), once for each number; {01..12} writes them with zeros."""
    for key, value in said.items():
        ranges = set(RANGE.findall(str(key)))
        if not ranges:
            yield str(key), "", value
            continue
        (first, last), *more = ranges
        if more or not 0 <= int(last) - int(first) < MOST:
            raise MappingError(f"{where}: {key!r}: say one range such as {{1..12}}, of at most {MOST:,} numbers.")
        for number in range(int(first), int(last) + 1):
            written = f"{number:0{len(first)}d}"
            yield RANGE.sub(written, str(key)), written, value
