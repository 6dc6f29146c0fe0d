"""The mapping language as data: raw tables, their columns and checks, and the resources made from their rows."""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Any

from contract.errors import MappingError

TYPES = ("id", "code", "string", "text", "date", "dateTime", "decimal", "integer", "boolean", "ignored")
COLUMN = re.compile(r"^(?P<type>\w+)(?:\((?P<of>[^)]+)\))?(?P<required>!?)$")
TABLE_KEYS = ("about", "file", "person", "optional", "columns", "checks", "resources", "maps", "people")
TIGHT = ("id", "date", "dateTime", "decimal", "integer")


@dataclass(frozen=True)
class RawColumn:
    """`names`: what the column is called in the files; the first is its name in expressions."""

    names: tuple[str, ...]
    type: str
    required: bool
    one_of: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def tight(self) -> bool:
        return self.type in TIGHT


@dataclass(frozen=True)
class Check:
    """A row for which `when` holds and `expect` is false (not null) goes to quarantine under this rule."""

    rule: str
    column: str
    expect: str
    message: str
    when: str = "true"


@dataclass(frozen=True)
class People:
    """What makes a row a person known elsewhere; merges stand in a column of the row, or in a crosswalk table."""

    identifiers: tuple[tuple[str, str], ...]  # (system, column)
    replaced_by: tuple[str, ...] = ()  # the column, if there is one
    crosswalk: tuple[str, str, str] = ("", "", "")  # (raw table, column of the old key, column of the new key)


@dataclass(frozen=True)
class RawTable:
    """`resources` is still YAML here: label -> elements; compile.py makes trees of it."""

    name: str
    files: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    person: str
    optional: bool
    checks: tuple[Check, ...] = ()
    people: People | None = None
    resources: Dict[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> RawColumn:
        return next(column for column in self.columns if column.name == name)

    @property
    def read(self) -> tuple[RawColumn, ...]:
        return tuple(column for column in self.columns if column.type != "ignored")


def raw_table(name: str, said: Dict[str, Any], systems: Dict[str, str]) -> RawTable:
    where = f"{name}.yaml"
    unknown = [key for key in said if key not in TABLE_KEYS]
    if unknown:
        raise MappingError(
            f"{where}: {', '.join(unknown)} is not part of the language; a table says {', '.join(TABLE_KEYS)}."
        )
    if "columns" not in said:
        raise MappingError(f"{where}: `columns` is missing: raw column -> type, such as PATIENT: id!.")
    columns = tuple(_column(where, column, text) for column, text in said["columns"].items())
    names = [column.name for column in columns]
    person = said.get("person", "")
    if person and person not in names:
        raise MappingError(f"{where}: person: {person!r} is not a column; columns are {', '.join(names)}.")
    files = said.get("file", f"{name}.csv")
    return RawTable(
        name,
        tuple([files] if isinstance(files, str) else files),
        columns,
        person,
        bool(said.get("optional", True)),
        tuple(_check(where, rule, check, names) for rule, check in said.get("checks", {}).items()),
        _people(where, said["people"], names, systems) if "people" in said else None,
        said.get("resources", {}),
    )


def _column(where: str, name: str, text: Any) -> RawColumn:
    found = COLUMN.match(str(text))
    if not found or found["type"] not in TYPES:
        raise MappingError(
            f"{where}: column {name}: {text!r} is not a type; types are {', '.join(TYPES)}, "
            "with ! for required and (a|b) for the only values allowed."
        )
    of = tuple(found["of"].split("|")) if found["of"] else ()
    return RawColumn(tuple(str(name).split("|")), found["type"], bool(found["required"]), of)


def _check(where: str, rule: str, said: Dict[str, str], names: list[str]) -> Check:
    wrong = set(said) - {"when"} ^ {"column", "expect", "message"}
    if wrong or said["column"] not in names:
        raise MappingError(
            f"{where}: check {rule} says column (one of {', '.join(names)}), expect, message and, if need be, when."
        )
    return Check(rule, said["column"], said["expect"], said["message"], said.get("when", "true"))


def _people(where: str, said: Dict[str, Any], names: list[str], systems: Dict[str, str]) -> People:
    allowed = ("identifying", "replaced_by", "crosswalk")
    cross = said.get("crosswalk", {})
    identifiers = tuple((systems.get(system, system), column) for system, column in said.get("identifying", {}).items())
    newer = tuple([said["replaced_by"]] if "replaced_by" in said else [])
    wrong = [column for column in (*(column for _, column in identifiers), *newer) if column not in names]
    wrong += [key for key in said if key not in allowed] + (
        [] if cross.keys() <= {"table", "from", "to"} else ["crosswalk"]
    )
    if wrong or not identifiers:
        raise MappingError(
            f"{where}: people: {', '.join(wrong) or 'nothing'} does not fit; say identifying: {{system: COLUMN}}, "
            f"replaced_by: COLUMN, crosswalk: {{table: NAME, from: OLD, to: NEW}}. Columns are {', '.join(names)}."
        )
    return People(identifiers, newer, (cross.get("table", ""), cross.get("from", ""), cross.get("to", "")))
