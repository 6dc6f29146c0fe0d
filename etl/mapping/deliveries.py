"""What source.yaml says of whole deliveries: defaults of all tables, the marker of a complete one, its version."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from contract.errors import MappingError
from etl.mapping.files import words
from etl.mapping.language import RawTable

EXPECTS = ("table", "column", "is", "says")


@dataclass(frozen=True)
class Expected:
    """The first row's cell in `column` of `table` fits the pattern (fnmatch); `says`: what the data set is called."""

    table: str
    column: str
    pattern: str
    says: str


def with_defaults(table: Dict[str, Any], source: Dict[str, Any]) -> dict[str, Any]:
    """A table's own format wins over the source's, key by key if they are of one kind; `empty` of both counts."""
    ours, theirs = table.get("format", {}), source.get("format", {})
    fits = isinstance(ours, dict) and isinstance(theirs, dict)
    same = fits and ours.get("kind", theirs.get("kind")) == theirs.get("kind")
    found = {"format": {**theirs, **ours} if same else ours}
    return {**table, **found, "empty": [*words(source.get("empty", ())), *words(table.get("empty", ()))]}


def expected(where: str, said: Any, tables: Dict[str, RawTable]) -> Expected | None:
    if not said:
        return None
    if not isinstance(said, dict) or set(said) != set(EXPECTS) or said["table"] not in tables:
        raise MappingError(
            f"{where}: expects: {said!r}; say {{table: TABLE, column: COLUMN, is: PATTERN such as 'v5.3*', says: name "
            f"of the data set}}. Tables are {', '.join(tables)}."
        )
    names = [column.name for column in tables[said["table"]].read]
    if said["column"] not in names:
        raise MappingError(f"{where}: expects: {said['table']} has no column {said['column']!r}: {', '.join(names)}.")
    return Expected(said["table"], said["column"], str(said["is"]), str(said["says"]))


def ready(where: str, said: Any) -> str:
    if not isinstance(said, str):
        raise MappingError(
            f"{where}: ready: {said!r}; say the name or pattern of the file whose arrival says that a group is "
            "complete, such as _SUCCESS, '*.done' or, beside the group's folder, '{group}.ok'."
        )
    return said
