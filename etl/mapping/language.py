"""The mapping language as data: raw tables, their columns, joins and checks, and the resources made from their rows."""

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Any

from contract.errors import MappingError
from etl.mapping.columns import RawColumn, column
from etl.mapping.files import FileFormat, Through, file_format, through, words
from etl.mapping.joins import Join, joins
from etl.mapping.numbered import numbered

TABLE_KEYS = (
    "about", "file", "format", "source_table", "empty", "from_path", "person", "optional", "zone", "columns", "joins",
    "let", "checks", "deleted", "resources", "maps", "people",
)  # fmt: skip


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
    """`resources` is still YAML here: label -> elements; compile.py makes trees of it.

    `person`: the column that says whose row it is; with `through`, the column that leads to the table that does.
    `let`: (name, expression). `deleted`: a condition on rows that bury their resources.
    """

    name: str
    files: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    person: str
    optional: bool
    checks: tuple[Check, ...] = ()
    people: People | None = None
    resources: Dict[str, Any] = field(default_factory=dict)
    format: FileFormat = field(default_factory=FileFormat)
    source_table: str = ""
    empty: tuple[str, ...] = ()
    from_path: tuple[tuple[str, str], ...] = ()
    through: Through | None = None
    joins: tuple[Join, ...] = ()
    let: tuple[tuple[str, str], ...] = ()
    zone: str = ""
    deleted: str = ""

    def column(self, name: str) -> RawColumn:
        return next(column for column in self.columns if column.name == name)

    @property
    def delivered(self) -> tuple[RawColumn, ...]:
        """Columns that files have; the others are put together of them."""
        return tuple(column for column in self.columns if not column.parts)

    @property
    def stored(self) -> list[str]:
        """Names of the columns whose cells are taken out of the files."""
        return [column.name for column in self.delivered if column.type != "ignored"]

    @property
    def read(self) -> tuple[RawColumn, ...]:
        return tuple(column for column in self.columns if column.type != "ignored")


def raw_table(name: str, said: Dict[str, Any], systems: Dict[str, str]) -> RawTable:
    where = f"{name}.yaml"
    _check_keys(where, said)
    columns = tuple(column(where, each, text) for each, _, text in numbered(f"{where}: columns", said["columns"]))
    names = [column.name for column in columns]
    _check_parts(where, columns)
    person, leads = through(where, said.get("person", ""), names)
    files = said.get("file", f"{name}.csv")
    joined = joins(where, said.get("joins", {}), names)
    named = [*names, *said.get("let", {})]
    return RawTable(
        name,
        tuple([files] if isinstance(files, str) else files),
        columns,
        person,
        bool(said.get("optional", True)),
        tuple(_check(where, rule, check, named) for rule, check in said.get("checks", {}).items()),
        _people(where, said["people"], names, systems) if "people" in said else None,
        _standing(said.get("resources", {}), str(said.get("deleted", ""))),
        file_format(where, said.get("format", {})),
        str(said.get("source_table", name)),
        words(said.get("empty", ())),
        _from_path(where, said.get("from_path", {}), names),
        leads,
        joined,
        tuple((let, str(text)) for let, text in said.get("let", {}).items()),
        str(said.get("zone", "")),
        str(said.get("deleted", "")),
    )


def _check_keys(where: str, said: Dict[str, Any]) -> None:
    unknown = [key for key in said if key not in TABLE_KEYS]
    if unknown:
        raise MappingError(
            f"{where}: {', '.join(unknown)} is not part of the language; a table says {', '.join(TABLE_KEYS)}."
        )
    if "columns" not in said:
        raise MappingError(f"{where}: `columns` is missing: raw column -> type, such as PATIENT: id!.")


def _check_parts(where: str, columns: tuple[RawColumn, ...]) -> None:
    there = [column.name for column in columns if not column.parts and column.type != "ignored"]
    for each in columns:
        if not set(each.parts) <= set(there):
            raise MappingError(
                f"{where}: column {each.name}: of: {', '.join(each.parts)}; say columns of this table that are read, "
                f"such as of: [DATE, TIME]: {', '.join(there)}."
            )


def _standing(resources: Dict[str, Any], deleted: str) -> Dict[str, Any]:
    """Rows that bury a resource make none."""
    if not deleted:
        return resources
    stands = f"NOT coalesce(({deleted}), false)"
    return {
        label: {**said, "when": f"({said['when']}) AND {stands}" if "when" in said else stands}
        for label, said in resources.items()
    }


def _from_path(where: str, said: Dict[str, str], names: list[str]) -> tuple[tuple[str, str], ...]:
    for name, pattern in said.items():
        if name not in names or re.compile(pattern).groups != 1:
            raise MappingError(
                f"{where}: from_path: {name}: {pattern!r}; say COLUMN: a regular expression with one group, of the "
                f"file's path. The column stands under `columns` too: {', '.join(names)}."
            )
    return tuple(said.items())


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
