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

from contract.errors import ConfigError, MappingError
from etl.mapping.compile import Vocabulary
from etl.mapping.deliveries import Expected, expected, ready, with_defaults
from etl.mapping.language import RawTable, raw_table
from etl.mapping.shapes import shapes
from etl.mapping.source_yaml import read_yaml
from etl.mapping.table import TableMapping, compiled
from etl.mapping.ways import check_ways
from etl.mapping.written import check_century
from etl.rules.policy import policy

__all__ = ["Mapping", "TableMapping", "folder", "load"]
SHARED = ("codesystems.yaml", "shapes.yaml")
SOURCE_KEYS = ("about", "years", "zone", "maps", "systems", "format", "empty", "ready", "expects", "shapes")


@dataclass(frozen=True)
class Mapping:
    name: str
    tables: Dict[str, TableMapping]
    years: tuple[int, int]
    zone: str
    digest: str
    ready: str = ""
    expects: Expected | None = None

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
def load(mapping: str, maps: str = "") -> Mapping:
    """`maps`: a folder of NAME.csv, maps of a site that stand over the mapping's own."""
    where = folder(mapping)
    said_in = f"{where.name}/source.yaml"
    source = read_yaml(where / "source.yaml")
    wrong = [key for key in source if key not in SOURCE_KEYS]
    if wrong:
        raise MappingError(f"{said_in}: {', '.join(wrong)} is unknown; it says {', '.join(SOURCE_KEYS)}.")
    shared = where.parent if (where.parent / SHARED[0]).is_file() else Path(str(package.files("fhir_mappings")))
    systems = {**read_yaml(shared / SHARED[0]), **source.get("systems", {})}
    words = Vocabulary(shapes({**read_yaml(shared / SHARED[1]), **source.get("shapes", {})}), systems)
    said = {path.stem: with_defaults(read_yaml(path), source) for path in sorted(where.glob("*.yaml"))}
    del said["source"]
    raws = {name: raw_table(name, table, words.systems) for name, table in said.items()}
    check_ways(raws)
    for raw in raws.values():
        _zones(raw)
    own = {**source.get("maps", {}), **_csv_maps(where / "maps")}
    site = _site_maps(maps, {*own, *(name for table in said.values() for name in table.get("maps", {}))})
    tables = compiled(raws, {name: {**own, **table.get("maps", {}), **site} for name, table in said.items()}, words)
    years = _years(said_in, source.get("years", [1850, 2100]))
    for name, raw in raws.items():
        check_century(f"{name}.yaml", raw.read, years)
    return Mapping(
        where.name,
        tables,
        years,
        _zone(str(source.get("zone", "UTC")), where.name),
        _digest([*_files(where), *(shared / name for name in SHARED), *(_files(Path(maps)) if maps else ())]),
        ready(said_in, source.get("ready", "")),
        expected(said_in, source.get("expects"), raws),
    )


def _years(where: str, said: Any) -> tuple[int, int]:
    if isinstance(said, list) and len(said) == 2 and all(isinstance(year, int) for year in said):
        first, last = said
        if policy().first_year <= first <= last <= policy().last_year:
            return first, last
    raise MappingError(
        f"{where}: years: {said!r}; say [FIRST, LAST] within {policy().first_year} to {policy().last_year}: no row of "
        "another year is let through (`years` of fhir_mappings/rules.yaml). A date that only hides an age is read as "
        "text and left out by a condition: CASE WHEN BORN >= '1900' THEN BORN END."
    )


def _files(where: Path) -> list[Path]:
    return [*sorted(where.rglob("*.yaml")), *sorted(where.rglob("*.csv"))]


def _zones(raw: RawTable) -> None:
    for zone in (raw.zone, *(column.zone for column in raw.columns)):
        _zone(zone or "UTC", f"{raw.name}.yaml")


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # it looks through a folder of hundreds of files each time


def _zone(name: str, where: str) -> str:
    if name not in _known_zones():
        near = ", ".join(get_close_matches(name, _known_zones(), 3)) or "Europe/Stockholm, America/New_York"
        raise MappingError(f"{where}: zone {name!r} is unknown; such as {near}.")
    return name


def _site_maps(maps: str, known: set[str]) -> dict[str, dict[str, Any]]:
    if maps and not Path(maps).is_dir():
        raise ConfigError(f"maps: {maps} is no folder; it holds NAME.csv files that stand over the mapping's maps.")
    found = _csv_maps(Path(maps)) if maps else {}
    if wrong := sorted(found.keys() - known):
        raise ConfigError(
            f"maps: {', '.join(wrong)} in {maps}: the mapping has no such map; "
            f"it has {', '.join(sorted(known)) or 'none'}."
        )
    return found


def _csv_maps(where: Path) -> dict[str, dict[str, Any]]:
    """NAME.csv: the first column is the raw value; one more column is what it becomes, several are its fields."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(where.glob("*.csv")):
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
