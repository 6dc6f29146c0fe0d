"""What is computed beside the columns of a raw table, before anything is made of its rows."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass

from etl.mapping.joins import Join
from etl.mapping.tree import Sql


@dataclass(frozen=True)
class Let:
    """A named expression, one value a row."""

    name: str
    sql: Sql


@dataclass(frozen=True)
class Look:
    """A join. `types`: the joined columns that are used, and their SQL types."""

    join: Join
    types: Dict[str, str]


@dataclass(frozen=True)
class Lines:
    """Texts of the rows of one person that agree in `key`, in the order of `order`, as one text with line ends."""

    name: str
    text: Sql
    key: Sql
    order: Sql


@dataclass(frozen=True)
class Unpack:
    """A packed cell as text."""

    name: str
    cell: Sql
    codecs: tuple[str, ...]


Step = Let | Look | Lines | Unpack


def sqls(step: Step) -> tuple[Sql, ...]:
    if isinstance(step, Let):
        return (step.sql,)
    if isinstance(step, Lines):
        return (step.text, step.key, step.order)
    return (step.cell,) if isinstance(step, Unpack) else ()


OWNER, ZONE = "origin_id$", "zone$"  # beside the columns of the mapping: whose the row is, the zone of local times
