"""Every element of every table that has an open twin, as a tree: what a policy decides about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pyarrow as pa

from contract.errors import ConfigError
from schemas.fhir import Element, other_table, resource_types
from schemas.registry import table, tables

OTHER = "Other"
FLAT = ("timeline", "timeline_codes", "timeline_splits", "notes", "embeddings")
COMMON_TYPES = {"id": "id", "lastUpdated": "timestamp"}


@dataclass(frozen=True)
class Node:
    """One element. `within` says, outermost first, of which data types it is a part, and where in them."""

    name: str
    path: str
    type: str  # FHIR type, or that of Arrow
    binding: str = ""
    targets: tuple[str, ...] = ()
    within: tuple[tuple[str, str], ...] = ()
    parts: tuple["Node", ...] = field(default=(), repr=False)

    def part(self, name: str) -> "Node | None":
        return next((part for part in self.parts if part.name == name), None)

    def leaves(self) -> Iterator["Node"]:
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def short(name: str) -> str:
    """phi/fhir/Patient, fhir/Patient and Patient are the same to a policy; so are phi/notes and notes."""
    return name.removeprefix("phi/").removeprefix("fhir/")


@cache
def elements(name: str) -> tuple[Node, ...]:
    """The columns of a table as trees."""
    name = short(name)
    if name in resource_types():
        kind = resource_types()[name]
        said = {element.name: element for element in kind.elements}
        held = {column.name: column.type for column in table(f"phi/fhir/{name}").columns}
        return tuple(_fhir(said[n], n, ()) if n in said else _plain(n, arrow) for n, arrow in held.items())
    if name == OTHER:
        return tuple(_plain(column.name, column.type) for column in other_table(True).columns)
    if name in FLAT:
        return tuple(_plain(column.name, column.type) for column in table(f"phi/{name}").columns)
    raise ConfigError(f"no policy decides about the table {name!r}. It decides about: {', '.join(known())}.")


@cache
def known() -> tuple[str, ...]:
    """Tables that pass the gate."""
    return (*resource_types(), OTHER, *(name for name in FLAT if name in tables()))


def _plain(name: str, arrow: pa.DataType) -> Node:
    return Node(name, name, COMMON_TYPES.get(name, str(arrow).split("[")[0]))


def _fhir(element: Element, path: str, within: tuple[tuple[str, str], ...]) -> Node:
    own = within if element.type == "BackboneElement" else (*within, (element.type, ""))
    parts = tuple(_fhir(part, f"{path}.{part.name}", _deeper(own, part.name)) for part in element.parts)
    return Node(element.name, path, element.type, element.binding, element.targets, own, parts)


def _deeper(within: tuple[tuple[str, str], ...], name: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind, f"{path}.{name}" if path else name) for kind, path in within)
