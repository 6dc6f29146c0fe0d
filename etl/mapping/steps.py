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


Step = Let | Look
OWNER, ZONE = "origin_id$", "zone$"  # beside the columns of the mapping: whose the row is, the zone of local times
