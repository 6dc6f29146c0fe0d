"""A mapping folder, read and compiled: source.yaml, maps, one file per raw table, and the shapes all mappings share."""

import csv
import hashlib
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources as package
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from contract.errors import ConfigError, MappingError
from etl.mapping.compile import Vocabulary, resources
from etl.mapping.expressions import Expressions
from etl.mapping.language import Check, RawTable, raw_table
from etl.mapping.shapes import shapes
from etl.mapping.tree import Resource, Sql

SHARED = ("codesystems.yaml", "shapes.yaml")
SOURCE_KEYS = ("about", "years", "zone", "maps", "systems", "format", "empty", "ready", "expects")


@dataclass(frozen=True)
class TableMapping:
    raw: RawTable
    resources: tuple[Resource, ...]
    checks: tuple[tuple[Check, Sql, Sql], ...]  # the check, its `when`, its `expect`


@dataclass(frozen=True)
class Mapping:
    name: str
    tables: Dict[str, TableMapping]
    years: tuple[int, int]
    zone: str
    digest: str

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(sorted({each.type for table in self.tables.values() for each in table.resources}))

    @property
    def patients(self) -> TableMapping | None:
        return next((table for table in self.tables.values() if table.raw.people), None)


def folder(mapping: str) -> Path:
    """A folder below fhir_mappings, or any path."""
    root = Path(str(package.files("fhir_mappings")))
    found = next((path for path in (root / mapping, Path(mapping)) if (path / "source.yaml").is_file()), None)
    if found is None:
        known = sorted(path.parent.name for path in root.glob("*/source.yaml"))
        raise ConfigError(
            f"no mapping {mapping!r}: known are {', '.join(known)}; a path to a folder with source.yaml works too."
        )
    return found


@cache
def load(mapping: str) -> Mapping:
    where = folder(mapping)
    source = _yaml(where / "source.yaml")
    wrong = [key for key in source if key not in SOURCE_KEYS]
    if wrong:
        raise MappingError(
            f"{where.name}/source.yaml: {', '.join(wrong)} is unknown; it says {', '.join(SOURCE_KEYS)}."
        )
    shared = where.parent if (where.parent / SHARED[0]).is_file() else Path(str(package.files("fhir_mappings")))
    systems = {**_yaml(shared / SHARED[0]), **source.get("systems", {})}
    maps = {**source.get("maps", {}), **_csv_maps(where)}
    words = Vocabulary(shapes(_yaml(shared / SHARED[1])), systems)
    tables = {}
    for path in sorted(where.glob("*.yaml")):
        if path.name != "source.yaml":
            said = _yaml(path)
            raw = raw_table(path.stem, said, systems)
            sql = Expressions(raw, {**maps, **said.get("maps", {})})
            tables[path.stem] = TableMapping(raw, resources(raw, words, sql), _checks(raw, sql))
    first, last = source.get("years", (1850, 2100))
    zone = _zone(str(source.get("zone", "UTC")), where.name)
    digest = _digest(
        [*sorted(where.rglob("*.yaml")), *sorted(where.rglob("*.csv")), *(shared / name for name in SHARED)]
    )
    return Mapping(where.name, tables, (first, last), zone, digest)


def _checks(raw: RawTable, sql: Expressions) -> tuple[tuple[Check, Sql, Sql], ...]:
    """Two short conditions rather than one long: each is computed once per different cell when it names one column."""

    def compiled(check: Check, text: str) -> Sql:
        return sql.condition(text, f"checks.{check.rule}", [])

    return tuple((each, compiled(each, each.when), compiled(each, each.expect)) for each in raw.checks)


def _zone(name: str, where: str) -> str:
    if name not in available_timezones():
        near = ", ".join(get_close_matches(name, available_timezones(), 3)) or "Europe/Stockholm, America/New_York"
        raise MappingError(f"{where}: zone {name!r} is unknown; such as {near}.")
    return name


def _yaml(path: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise MappingError(f"{path.name}: not YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(said, dict):
        raise MappingError(f"{path.name}: expected key: value lines at the top.")
    return said


def _csv_maps(where: Path) -> dict[str, dict[str, Any]]:
    """maps/NAME.csv: the first column is the raw value; one more column is what it becomes, several are its fields."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((where / "maps").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = [row for row in csv.reader(file) if row and not row[0].startswith("#")]
        found[path.stem] = {
            row[0]: row[1] if len(names) == 2 else dict(zip(names[1:], row[1:], strict=True)) for row in rows
        }
    return found


def _digest(paths: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()
