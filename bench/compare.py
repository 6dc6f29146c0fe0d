"""Do two exports of the same patients say the same? Two timelines, event by event, and each difference's cause."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
import yaml

from bench.json_line import command, finish
from contract.errors import InputError
from store.lake import Lake
from store.snapshot import Snapshot

KEYS = ("events_csv", "events_fhir", "same", "only_csv", "only_fhir", "explained_share")
CLASSES = Path(__file__).with_suffix(".yaml")
SIDES = ("csv", "fhir")

# Several equal events are told apart by `nth`: of two on one side and one on the other, one is left over.
EVENTS = """
CREATE TABLE {side} AS
WITH keys AS (SELECT subject_id, min(key) AS person FROM read_parquet($people) GROUP BY ALL)
SELECT row_number() OVER () AS row, person, code, array_to_string(string_split(code, '//')[:2], '//') AS base, time,
    CASE precision WHEN 'day' THEN time::DATE ELSE (time AT TIME ZONE 'UTC' AT TIME ZONE $zone)::DATE END AS day,
    precision, encounter_id, numeric_value, text_value, unit, fhir_id,
    row_number() OVER (PARTITION BY person, code, time ORDER BY numeric_value, text_value, fhir_id) AS nth
FROM read_parquet($events) JOIN keys USING (subject_id)
"""
BOTH = """
DELETE FROM csv WHERE person NOT IN (SELECT person FROM fhir);
DELETE FROM fhir WHERE person NOT IN (SELECT person FROM csv);
CREATE TABLE same AS SELECT c.row AS csv, f.row AS fhir FROM csv c JOIN fhir f
    ON (c.person, c.code, c.nth) = (f.person, f.code, f.nth) AND c.time IS NOT DISTINCT FROM f.time;
CREATE TABLE alone AS
    SELECT 'csv' AS side, *, NULL::VARCHAR AS class FROM csv WHERE row NOT IN (SELECT csv FROM same)
    UNION ALL SELECT 'fhir', *, NULL FROM fhir WHERE row NOT IN (SELECT fhir FROM same);
CREATE TABLE dated AS
    WITH ranked AS (
        SELECT *, row_number() OVER (PARTITION BY side, person, code, day ORDER BY time, row) AS rank FROM alone)
    SELECT c.row AS csv, f.row AS fhir FROM ranked c JOIN ranked f ON c.side = 'csv' AND f.side = 'fhir'
    AND (c.person, c.code, c.day, c.rank) = (f.person, f.code, f.day, f.rank) AND c.precision <> f.precision;
"""
DATED = """
UPDATE alone SET class = $name
WHERE side = 'csv' AND row IN (SELECT csv FROM dated) OR side = 'fhir' AND row IN (SELECT fhir FROM dated)
"""
CLASS = """
UPDATE alone SET class = $name WHERE class IS NULL AND side = $side
    AND row IN (SELECT e.row FROM {side} e WHERE {where})
"""
VALUES = """
SELECT CASE {cases} END AS class, count(*) AS events
FROM same s JOIN csv c ON c.row = s.csv JOIN fhir f ON f.row = s.fhir
WHERE (c.numeric_value, c.text_value, c.unit) IS DISTINCT FROM (f.numeric_value, f.text_value, f.unit)
GROUP BY ALL ORDER BY events DESC
"""
UNEXPLAINED = """
SELECT side, base, count(*) AS events FROM alone WHERE class IS NULL GROUP BY ALL ORDER BY events DESC, base
"""


@dataclass(frozen=True)
class Comparison:
    events: dict[str, int]  # by side
    same: int
    alone: dict[tuple[str, str | None], int]  # (side, class); class None: unexplained
    values: dict[str | None, int]  # class of value -> events that both have and that differ in value
    unexplained: list[tuple[str, str, int]]  # side, code, events

    def only(self, side: str) -> int:
        return sum(n for (which, _), n in self.alone.items() if which == side)

    def explained_share(self) -> float:
        total = sum(self.alone.values())
        return round(1 - sum(n for (_, name), n in self.alone.items() if name is None) / total, 4) if total else 1.0


def compare(csv: Snapshot, fhir: Snapshot, known: dict[str, Any]) -> Comparison:
    """Of the persons whom both know, by their key in the source."""
    with duckdb.connect(config={"threads": 1}) as con:
        for side, snapshot in zip(SIDES, (csv, fhir), strict=True):
            said = {
                "zone": known["zone"],
                "events": _files(snapshot, "phi/timeline"),
                "people": _files(snapshot, "phi/identities"),
            }
            con.execute(EVENTS.format(side=side), said)
        con.execute(BOTH)
        _classify(con, known)
        return _comparison(con, known["values"])


def _files(snapshot: Snapshot, table: str) -> list[str]:
    return [str(path) for path in snapshot.paths(table)]


def _classify(con: duckdb.DuckDBPyConnection, known: dict[str, Any]) -> None:
    con.execute(DATED, {"name": known["dates"]["name"]})
    for each in known["events"]:
        con.execute(CLASS.format(**each), {"name": each["name"], "side": each["side"]})


def _comparison(con: duckdb.DuckDBPyConnection, classes: list[dict[str, str]]) -> Comparison:
    cases = " ".join(f"WHEN {each['where']} THEN '{each['name']}'" for each in classes)
    alone = con.execute("SELECT side, class, count(*) FROM alone GROUP BY ALL ORDER BY ALL").fetchall()
    values = con.execute(VALUES.format(cases=cases)).fetchall()
    return Comparison(
        {side: _count(con, side) for side in SIDES},
        _count(con, "same"),
        {(side, name): events for side, name, events in alone},
        dict(values),
        con.execute(UNEXPLAINED).fetchall(),
    )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((rows,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)


def lines(found: Comparison, known: dict[str, Any]) -> list[str]:
    """Every class with its events of each side and its cause; then what has none."""
    causes = {each["name"]: each["cause"] for each in [known["dates"], *known["events"], *known["values"]]}
    table: list[tuple[object, ...]] = [("events", *SIDES, "cause"), ("both have it", found.same, found.same, "")]
    for name in dict.fromkeys(name for _, name in found.alone if name):
        table.append((name, *(found.alone.get((side, name), "") for side in SIDES), causes[name]))
    for side, code, events in found.unexplained:
        table.append((f"no cause: {code}", *(events if side == which else "" for which in SIDES), ""))
    table += [("", "", "", ""), ("both have it, with another value", "", "", "")]
    table += [(name or "no cause", events, events, causes.get(name or "", "")) for name, events in found.values.items()]
    return [f"{name:34} {csv:>7} {fhir:>7}  {cause}".rstrip() for name, csv, fhir, cause in table]


def main(
    csv: Annotated[Path, typer.Argument(metavar="LAKE", help="The lake that was read from CSV.")],
    fhir: Annotated[Path, typer.Argument(metavar="LAKE", help="The lake that was read from FHIR.")],
) -> None:
    """Compares the timelines of two lakes of the same persons by person, code and time, and says why they differ.

    Example: python -m bench.compare csv/lake fhir/lake

    Known causes stand in bench/compare.yaml, as conditions that each event alone on its side must fulfil.
    """
    known = yaml.safe_load(CLASSES.read_text(encoding="utf-8"))
    found = compare(_snapshot(csv), _snapshot(fhir), known)
    print("\n".join(lines(found, known)))
    counts = {"events_csv": found.events["csv"], "events_fhir": found.events["fhir"], "same": found.same}
    only = {f"only_{side}": found.only(side) for side in SIDES}
    finish(KEYS, {**counts, **only, "explained_share": found.explained_share()})


def _snapshot(lake: Path) -> Snapshot:
    found = Lake(lake).current() if lake.is_dir() else None
    if found is None:
        raise InputError(f"{lake} holds no published night. Run one on it first: docs/compare-synthea.md shows how.")
    return found


if __name__ == "__main__":
    command(main)
