"""Clinical facts of two data sets of the same MIMIC-IV files, by keys: what either has that the other lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

TYPES = (
    "Condition", "Encounter", "MedicationAdministration", "MedicationRequest", "Observation", "Patient", "Procedure",
)  # fmt: skip
KINDS = Path(__file__).with_name("mimic4_facts.yaml")
MACROS = """
CREATE MACRO moment(said) AS CAST(replace(replace(said, 'T', ' '), 'Z', '') AS TIMESTAMP);
CREATE MACRO whose(reference) AS split_part(reference, '/', 2);
CREATE MACRO part(code, n) AS split_part(code, '//', n);
"""
NOTHING = "SELECT NULL, NULL, NULL WHERE false"


@dataclass(frozen=True)
class Kind:
    """Counts of different keys."""

    name: str
    both: int
    only_ours: int
    only_peer: int


Said = Mapping[str, Mapping[str, str]]


def said_kinds() -> Said:
    found: Said = yaml.safe_load(KINDS.read_text(encoding="utf-8"))
    return found


def kinds(lake: Path, peer: Path, said: Said, *, types: Sequence[str] = TYPES) -> list[Kind]:
    """`lake`: a snapshot of ours; `peer`: a MEDS data set."""
    con = duckdb.connect(config={"threads": 1})
    con.execute(MACROS)
    con.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet('{peer}/data/*/*.parquet', union_by_name=true)")
    con.execute(f"CREATE TABLE told AS SELECT DISTINCT fhir_id FROM '{lake}/phi/timeline/data/**/*.parquet'")
    for name in types:
        con.execute(
            f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{lake}/phi/fhir/{name}/*.parquet', "
            f"union_by_name=true) WHERE '{name}/' || id IN (SELECT fhir_id FROM told)"
        )
    return [_kind(con, name, sides) for name, sides in said.items()]


def _kind(con: duckdb.DuckDBPyConnection, name: str, sides: Mapping[str, str]) -> Kind:
    keys = "SELECT DISTINCT CAST(k.s AS VARCHAR) s, CAST(k.t AS VARCHAR) t, CAST(k.i AS VARCHAR) i FROM"
    query = f"""
        WITH o AS ({keys} ({sides["ours"]}) AS k(s, t, i)), p AS ({keys} ({sides.get("peer", NOTHING)}) AS k(s, t, i))
        SELECT count(*) FILTER (o.s IS NOT NULL AND p.s IS NOT NULL), count(*) FILTER (p.s IS NULL),
            count(*) FILTER (o.s IS NULL)
        FROM o FULL JOIN p ON o.s = p.s AND o.t IS NOT DISTINCT FROM p.t AND o.i IS NOT DISTINCT FROM p.i"""
    return Kind(name, *con.execute(query).fetchall()[0])


def lines(found: list[Kind]) -> list[str]:
    """A table in Markdown."""
    head = ["| kind of fact | both | only chartloom | only MIMIC_IV_MEDS |", "|---|---:|---:|---:|"]
    return head + [f"| {k.name} | {k.both:,} | {k.only_ours:,} | {k.only_peer:,} |" for k in found]
