"""What a resource is made of after compiling: a tree of constants, expressions, structs and lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True)
class Constant:
    value: str | int | float | bool
    type: pa.DataType


@dataclass(frozen=True)
class Said:
    """Where a mapping says an expression, and how: "persons.yaml", "Patient.gender", "upper(SEX)"."""

    file: str
    path: str
    text: str


@dataclass(frozen=True)
class Sql:
    """A SQL expression over the raw columns it names; a lone column is its own shortest expression."""

    text: str
    columns: tuple[str, ...]
    type: pa.DataType
    said: Said | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Struct:
    """There when `when` holds and one of its parts that are no constants is there; with `needs`, when that one is."""

    parts: Mapping[str, "Part"]
    type: pa.DataType
    when: Sql | None = None
    needs: str = ""


@dataclass(frozen=True)
class Items:
    """A list: one entry for each of `entries` that is there; with `each`, one for every different value in a group."""

    entries: tuple["Part", ...]
    type: pa.DataType
    each: Sql | None = None


Part = Constant | Sql | Struct | Items


@dataclass(frozen=True)
class Resource:
    """`id`: a column, or columns and constants that are hashed; `by` combines the rows that agree in these columns."""

    type: str
    label: str
    id: tuple[str | Constant, ...]
    hashed: bool
    parts: Mapping[str, Part]
    when: Sql | None = None
    by: tuple[str, ...] = ()
    times: Mapping[str, Sql] = field(default_factory=dict)  # lastUpdated, recorded

    def sqls(self) -> list[Sql]:
        """Every expression but `when`."""
        return [*leaves(self.parts), *self.times.values()]


def leaves(parts: dict[str, Part] | object) -> list[Sql]:
    """Every expression of the tree, conditions too."""
    found: list[Sql] = []
    todo: list[Part] = list(parts.values()) if isinstance(parts, dict) else []
    while todo:
        part = todo.pop()
        if isinstance(part, Sql):
            found.append(part)
        elif isinstance(part, Struct):
            todo += part.parts.values()
            found += [part.when] if part.when is not None else []
        elif isinstance(part, Items):
            todo += part.entries
            found += [part.each] if part.each is not None else []
        elif not isinstance(part, Constant):
            raise TypeError(f"{part!r} is no part of a tree")
    return found
