"""The tables of nlp/adverse/terms/data: CSV with comment lines, YAML, lists within a cell."""

import csv
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from contract.errors import ConfigError

FOLDER = Path(__file__).with_name("data")


def rows(path: Path, needed: tuple[str, ...], alias: Mapping[str, str] = MappingProxyType({})) -> list[dict[str, str]]:
    """Cells stripped; comment lines begin with #. Refused where a column is missing or a row has too many cells.

    `alias`: other names that a column may go by, in small letters.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(line for line in file if not line.startswith("#"))
        found = list(reader)
    names = [_column(name, alias) for name in reader.fieldnames or ()]
    missing = [name for name in needed if name not in names]
    if missing:
        raise ConfigError(
            f"{path.name}: expected the columns {', '.join(needed)}, found {', '.join(names) or 'none'}. "
            f"Add {', '.join(missing)} (docs/adverse.md, Terms)."
        )
    for at, row in enumerate(found, 1):
        if None in row:
            raise ConfigError(f"{path.name}: row {at} has more cells than columns. Put cells with commas in quotes.")
    return [{_column(name, alias): (value or "").strip() for name, value in row.items()} for row in found]


def _column(name: str, alias: Mapping[str, str]) -> str:
    found = name.strip().lower()
    return alias.get(found, found)


def several(cell: str) -> Iterator[str]:
    """The parts of a cell, which ";" separates."""
    return (part.strip() for part in cell.split(";") if part.strip())


@lru_cache(maxsize=8)
def said(name: str) -> dict[str, Any]:
    """One YAML file of the folder."""
    found = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ConfigError(f"{name}.yaml: expected names with values under them, found {type(found).__name__}.")
    return found
