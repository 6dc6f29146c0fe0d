"""Every table there is, by name."""

from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache

from contract.errors import PlanError
from contract.table import Table
from schemas import clinical, drift, gate, night, outcomes, people, quality, reports, results, signals
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
        *quality.TABLES,
        *gate.TABLES,
        *results.TABLES,
        *outcomes.TABLES,
        *reports.TABLES,
        *signals.TABLES,
        *drift.TABLES,
        *night.TABLES,
    ]
    return {table.name: table for table in every}


def table(name: str) -> Table:
    if name not in tables():
        raise PlanError(f"no table is called {name!r}{_near(name)}. `chartloom tables` lists those that are declared.")
    return tables()[name]


def _near(name: str) -> str:
    """Names whose last part starts alike or is spelled alike."""
    ends = {known: known.split("/")[-1] for known in tables()}
    end = name.split("/")[-1]
    alike = get_close_matches(end, sorted(set(ends.values())))
    near = sorted(known for known, last in ends.items() if last in alike or (end and last[:4] == end[:4]))
    return f"; close: {', '.join(near)}" if near else ""


def match(pattern: str) -> list[Table]:
    """Tables by exact name, or by pattern: phi/fhir/* is every FHIR type on the PHI side."""
    if "*" not in pattern:
        return [table(pattern)]
    return [table for name, table in tables().items() if fnmatchcase(name, pattern)]
