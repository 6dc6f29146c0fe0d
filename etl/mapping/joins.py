"""Joins: the matching row of another table of the same group beside each row."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from contract.errors import MappingError

KEYS = ("table", "on", "many", "required")


@dataclass(frozen=True)
class Join:
    """`on`: (own column, the other table's). `many`: one row for each match, else the first match counts."""

    name: str
    table: str
    on: tuple[tuple[str, str], ...]
    many: bool = False
    required: bool = False


def joins(where: str, said: Dict[str, Any], names: list[str]) -> tuple[Join, ...]:
    return tuple(_join(where, name, each, names) for name, each in said.items())


def _join(where: str, name: str, said: Any, names: list[str]) -> Join:
    """YAML reads a bare `on` as true."""
    said = {"on" if key is True else key: value for key, value in said.items()} if isinstance(said, dict) else said
    fits = isinstance(said, dict) and {"table", "on"} <= set(said) <= set(KEYS) and name.isidentifier()
    on = said["on"] if fits else {}
    pairs = {each: each for each in ([on] if isinstance(on, str) else on)} if not isinstance(on, dict) else on
    if name in names:
        raise MappingError(f"{where}: joins: {name} is a column of this table; give the join another name.")
    if not fits or not pairs:
        raise MappingError(
            f"{where}: joins: {name}: {said!r}; say NAME: {{table: OTHER TABLE, on: COLUMN or {{OWN: ITS}}, many: "
            f"true, required: true}}. Columns are {', '.join(names)}."
        )
    return Join(name, said["table"], tuple(pairs.items()), bool(said.get("many")), bool(said.get("required")))
