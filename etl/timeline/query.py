"""The mapping compiled to DuckDB: FHIR tables in, unordered events as text out. Columns that a table lacks are null."""

import re
from collections.abc import Iterator
from functools import cache

import duckdb
import pyarrow as pa

from contract.errors import MappingError
from contract.work import Shard
from etl.timeline.mapping import FILE, Event, TimelineMapping
from etl.timeline.names import MARK
from schemas.registry import table as declared
from schemas.segments import whole

EVENTS = pa.schema(
    [
        ("subject_id", pa.int64()),
        ("time", pa.string()),
        ("code", pa.string()),
        ("numeric_value", pa.float32()),
        ("text_value", pa.string()),
        ("encounter_id", pa.string()),
        ("unit", pa.string()),
        ("recorded_time", pa.string()),
        ("fhir_id", pa.string()),
        ("source", pa.string()),
    ]
)
ISO = "%Y-%m-%dT%H:%M:%S.%fZ"
LOOKUPS = ("Encounter", "Medication", "Location")  # what other types refer to
MACROS = f"""
CREATE TEMP MACRO part(reference) AS split_part(split_part(reference, '/_history/', 1), '/', -1);
CREATE TEMP MACRO coding(c) AS coalesce(c.system, '') || '{MARK}' || c.code;
CREATE TEMP MACRO label(c) AS coalesce(pick(c.coding).display, c.text);
CREATE TEMP MACRO answer(c) AS coalesce(c.text, c.coding[1].display, c.coding[1].code);
CREATE TEMP MACRO uncoded(c) AS CASE WHEN c.coding[1].code IS NULL THEN c.text END;
CREATE TEMP MACRO stay(s, reference) AS
  (SELECT first(o.period) FROM "Encounter" AS o WHERE o.source = s AND o.id = part(reference));
CREATE TEMP MACRO medication(s, reference) AS
  (SELECT first(o.code) FROM "Medication" AS o WHERE o.source = s AND o.id = part(reference));
CREATE TEMP MACRO place(s, reference) AS
  (SELECT min(o.type[1].coding[1].code) FROM "Location" AS o WHERE o.source = s AND o.id = part(reference));
"""


def table_of(kind: str) -> str:
    return f"phi/{kind}" if kind[0].islower() else f"phi/fhir/{kind}"


class Query:
    """One connection with the macros of a mapping; `tables` are put before it batch by batch."""

    def __init__(self, mapping: TimelineMapping) -> None:
        self.mapping = mapping
        self._con = duckdb.connect(config={"threads": 1})
        for kind in LOOKUPS:  # macros name them
            self._view(kind, {})
        self._con.execute(_pick(mapping) + _inpatient(mapping) + MACROS)

    def events(self, shard: Shard) -> Iterator[pa.Table]:
        for event in self._possible(shard):
            known = _said_when(shard[table_of(event.kind)])
            asked = f"SELECT {_projection(event, known)} FROM {_source(event)} {_once(event)}"
            found = self._ask(event, asked).cast(EVENTS)
            unnamed = found.column("code").null_count  # looked for here: in SQL the code would be made twice
            yield found.filter(found.column("code").is_valid()) if unnamed else found

    def _possible(self, shard: Shard) -> Iterator[Event]:
        """Events that these tables can hold, each with its type's view and words in place."""
        for kind in LOOKUPS:
            self._view(kind, shard)
        for kind in self.mapping.kinds:
            if not len(shard.get(table_of(kind), ())):
                continue
            self._view(kind, shard)
            self._con.execute(_concept(kind))
            present = set(shard[table_of(kind)].column_names)
            yield from (e for e in self.mapping.events if e.kind == kind and present.issuperset(e.needs))
            self._con.execute(f'DROP VIEW "{kind}"') if kind not in LOOKUPS else None
        self._release()

    def _view(self, kind: str, shard: Shard) -> None:
        rows = shard.get(table_of(kind))
        rows = declared(table_of(kind)).empty() if rows is None else rows
        self._con.register(f"raw_{kind}", whole(rows))
        used = _words(self.mapping, kind)
        columns = ", ".join(
            f'"{name}"' if name in rows.column_names else f'NULL::{sql} AS "{name}"'
            for name, sql in _types(kind)
            if name in used
        )
        self._con.execute(f'CREATE OR REPLACE TEMP VIEW "{kind}" AS SELECT {columns} FROM "raw_{kind}"')

    def _release(self) -> None:
        for (name,) in self._con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            if name.startswith("raw_"):
                self._con.unregister(name)

    def _ask(self, event: Event, sql: str) -> pa.Table:
        try:
            return self._con.sql(sql).to_arrow_table()
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
            raise MappingError(
                f"{FILE}, {event.kind}, event {event.code.strip()!r}: not SQL over the columns of this type. "
                f"{error}. `chartloom tables {table_of(event.kind)}` lists the columns."
            ) from error


@cache
def _describer() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})  # opened once: that costs more than to describe a table


@cache
def _types(kind: str) -> list[tuple[str, str]]:
    """Columns and their DuckDB types as declared."""
    con = _describer()
    con.register("declared", declared(table_of(kind)).empty())
    return [(name, sql) for name, sql, *_ in con.execute("DESCRIBE declared").fetchall()]


def _words(mapping: TimelineMapping, kind: str) -> frozenset[str]:
    """Every word in the expressions of a type, its columns among them: planning over all columns is slow."""
    said = [MACROS, "id subject_id source recorded", *(str(event) for event in mapping.events if event.kind == kind)]
    return frozenset(re.findall(r"\w+", " ".join(said)))


def _said_when(rows: pa.Table) -> bool:
    """The rows bring a column that says when each fact became known, which is no element of their type."""
    return "recorded" in rows.column_names and pa.types.is_timestamp(rows.schema.field("recorded").type)


def _projection(event: Event, said: bool) -> str:
    recorded = f"coalesce(strftime(recorded, '{ISO}'), {event.recorded})" if said else event.recorded
    fhir_id = event.fhir_id or f"'{event.kind}/' || id"
    text = {"time": event.time, "code": event.code, "text_value": event.text_value, "encounter_id": event.encounter}
    text |= {"unit": event.unit, "recorded_time": recorded, "fhir_id": fhir_id}
    columns = [f"({sql})::VARCHAR AS {name}" for name, sql in text.items()]
    columns.append(f"TRY_CAST(({event.numeric_value}) AS FLOAT) AS numeric_value")
    columns.append("source AS source" if "source" in dict(_types(event.kind)) else "NULL::VARCHAR AS source")
    order = {name: n for n, name in enumerate(EVENTS.names)}
    columns.sort(key=lambda column: order[column.rpartition(" AS ")[2]])
    return ", ".join(["subject_id", *columns])


def _source(event: Event) -> str:
    view = f'"{event.kind}"'
    added = [f"({sql}) AS {name}" for name, sql in event.let]
    added += [f"unnest({event.each}) AS each"] if event.each else []
    rows = f"(SELECT *, {', '.join(added)} FROM {view})" if added else view
    timed = "" if event.static else f" AND ({event.time}) IS NOT NULL"
    return f"{rows} AS r WHERE subject_id IS NOT NULL{timed} AND ({event.when}) AND (({event.unless}) IS NOT TRUE)"


def _once(event: Event) -> str:
    if not event.once:
        return ""
    return (
        f"QUALIFY row_number() OVER (PARTITION BY subject_id, ({event.code}) "
        f"ORDER BY length({event.time}) DESC, ({event.time}), source, id) = 1"
    )


def _pick(mapping: TimelineMapping) -> str:
    """The coding to name a fact by: by rank of its system, then by place; one without code last."""
    by_rank = [url for name in mapping.preferred for url, short in mapping.systems.items() if short == name]
    known = ", ".join(f"'{url}'" for url in by_rank)
    rank = f"CASE WHEN x.code IS NULL THEN 1000 ELSE coalesce(list_position([{known}], x.system), 999) END"
    ranked = f"list_transform(l, lambda x, i: {{'rank': {rank}, 'place': i, 'coding': x}})"
    return f"CREATE TEMP MACRO pick(l) AS CASE WHEN len(l) = 1 THEN l[1] ELSE list_min({ranked}).coding END;"


def _inpatient(mapping: TimelineMapping) -> str:
    classes = ", ".join(f"'{name}'" for name in mapping.inpatient)
    return f"CREATE TEMP MACRO inpatient(c) AS coalesce(c.code IN ({classes}), false);"


def _concept(kind: str) -> str:
    return f"CREATE OR REPLACE TEMP MACRO concept(c) AS coalesce(coding(pick(c.coding)), 'UNCODED//{kind}')"
