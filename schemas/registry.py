"""Every table there is, by name."""

from fnmatch import fnmatchcase
from functools import cache

from contract.errors import PlanError
from contract.table import Table
from schemas import clinical, night, people, results
from schemas.fhir import fhir_table, other_table, resource_types


@cache
def tables() -> dict[str, Table]:
    fhir = [fhir_table(kind, phi) for phi in (True, False) for kind in resource_types().values()]
    every = [
        people.IDENTITIES,
        *fhir,
        other_table(True),
        other_table(False),
        *clinical.TABLES,
        *results.TABLES,
        *night.TABLES,
    ]
    return {table.name: table for table in every}


def table(name: str) -> Table:
    if name not in tables():
        near = (
            ", ".join(sorted(n for n in tables() if n.split("/")[-1][:4] == name.split("/")[-1][:4]))
            or "chartloom tables"
        )
        raise PlanError(f"no table is called {name!r}; close: {near}. Tables are declared in schemas/.")
    return tables()[name]


def match(pattern: str) -> list[Table]:
    """Tables by exact name, or by pattern: phi/fhir/* is every FHIR type on the PHI side."""
    if "*" not in pattern:
        return [table(pattern)]
    return [table for name, table in tables().items() if fnmatchcase(name, pattern)]
