"""Columns of raw tables: `NAME|OTHER: type(of)!`, or all of it in long form."""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from contract.errors import MappingError
from etl.mapping.files import words

TYPES = ("id", "key", "code", "string", "text", "date", "dateTime", "decimal", "integer", "boolean", "ignored")
VARIED = {
    "id": "whole",
    "decimal": "comma",
    "date": "formats such as %d/%m/%Y, iso, hl7",
    "dateTime": "formats such as %m/%d/%Y %H:%M, iso, hl7, epoch, epoch_ms",
}
COLUMN = re.compile(r"^(?P<type>\w+)(?:\((?P<of>[^)]+)\))?(?P<required>!?)$")
TIGHT = ("id", "date", "dateTime", "decimal", "integer")
LONG = ("type", "names", "empty", "zone", "of")


@dataclass(frozen=True)
class RawColumn:
    """`names`: what the column is called in the files; the first is its name in expressions.

    `variants`: of an id or decimal, how it is written; of a date or dateTime, its formats (strptime). `empty`: cells
    that mean nothing. `zone`: of local times. `parts`: columns whose cells, with blanks between, are this one's.
    """

    names: tuple[str, ...]
    type: str
    required: bool
    one_of: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    zone: str = ""
    parts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def tight(self) -> bool:
        return self.type in TIGHT and not self.variants


def column(where: str, name: str, said: Any) -> RawColumn:
    """From the short form, or from {type, names, empty, zone, of}."""
    long: Dict[str, Any] = said if isinstance(said, dict) else {"type": said}
    found = COLUMN.match(str(long.get("type", "")))
    if not found or found["type"] not in TYPES or not set(long) <= set(LONG):
        raise MappingError(
            f"{where}: column {name}: {said!r} is not a type; types are {', '.join(TYPES)}, with ! for required and "
            f"(a|b) for the only values allowed, or for the way it is written "
            f"({'; '.join(f'{kind}: {what}' for kind, what in VARIED.items())}). The long form says {', '.join(LONG)}."
        )
    of = tuple(found["of"].split("|")) if found["of"] else ()
    varied = found["type"] in VARIED
    names = tuple(map(str, long.get("names", str(name).split("|"))))
    names = names if names[0] == str(name).split("|")[0] else (str(name), *names)
    return RawColumn(
        names,
        found["type"],
        bool(found["required"]),
        () if varied else of,
        of if varied else (),
        words(long.get("empty", ())),
        str(long.get("zone", "")),
        words(long.get("of", ())),
    )
