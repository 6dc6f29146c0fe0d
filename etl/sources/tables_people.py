"""Who a group speaks of: keys and identifying identifiers from the table that the mapping says holds persons."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import PEOPLE, Group
from etl.mapping.frame import Frame, cells, evaluate
from etl.mapping.language import People
from etl.mapping.load import Mapping, TableMapping
from etl.mapping.nest import Nest, single
from etl.mapping.tree import Constant, Items, Sql, Struct
from etl.sources.tables_homes import keys
from etl.sources.tables_ways import table_rows

KEY = r"^[A-Za-z0-9.-]{1,64}$"
TOGETHER = 10_000  # rows
IDENTIFIERS = PEOPLE.field("identifiers").type


def read_people(group: Group, mapping: Mapping) -> pa.Table:
    """Rows whose key is no id are left to the spool, which quarantines them.

    A key that comes twice is one person: all its identifiers count, and the first word on who replaces it.
    """
    patients = mapping.patients
    if patients is None or patients.raw.people is None:
        return PEOPLE.empty_table()
    people = patients.raw.people
    key = patients.raw.person
    names = list(dict.fromkeys([key, *(column for _, column in people.identifiers), *people.replaced_by]))
    known = [_persons(frame, key, people) for frame in _frames(group, mapping, patients, names)]
    table, old, new = people.crosswalk
    moves = _frames(group, mapping, mapping.tables[table], [old, new]) if table else iter(())
    moved = [_moves(frame, old, new) for frame in moves]
    return _with_moves(_together(pa.concat_tables([PEOPLE.empty_table(), *known])), moved)


def _frames(group: Group, mapping: Mapping, table: TableMapping, names: list[str]) -> Iterator[Frame]:
    """Some columns of a raw table as text; only rows whose key, the first of them, is an id."""
    column = table.raw.column(names[0])
    for rows in _gathered(group, mapping, table, names):
        key = keys(rows.column(names[0]), column).take(None)
        is_id = pc.is_valid(key) if column.type == "key" else pc.match_substring_regex(key, KEY).fill_null(False)
        kept = rows.set_column(0, names[0], key).filter(is_id)
        found = {name: cells(kept.column(name)) for name in names}
        yield Frame(found, found, len(kept))


def _gathered(group: Group, mapping: Mapping, table: TableMapping, names: list[str]) -> Iterator[pa.Table]:
    """Thousands of small files a few at a time."""
    held, count = list[pa.Table](), 0
    for raw, rows in table_rows(group, mapping, table, names):
        if not raw.has(names[0]) or names[0] not in rows.column_names:  # or only broken lines of no table
            continue
        held.append(pa.table({name: _text(rows, name) for name in names}))
        count += len(rows)
        if count >= TOGETHER:
            yield pa.concat_tables(held)
            held, count = [], 0
    if held:
        yield pa.concat_tables(held)


def _text(rows: pa.Table, name: str) -> pa.ChunkedArray:
    there = name in rows.column_names
    return rows.column(name).cast(pa.string()) if there else pa.chunked_array([pa.nulls(len(rows), pa.string())])


def _persons(frame: Frame, key: str, people: People) -> pa.Table:
    names = list(frame.columns)
    entries = tuple(
        Struct({"system": Constant(system, pa.string()), "value": _sql(column)}, IDENTIFIERS.value_type)
        for system, column in people.identifiers
    )
    identifiers = Items(entries, IDENTIFIERS)
    nest = Nest(evaluate(frame, [_sql(name) for name in names]), frame.length)
    built = nest.build(identifiers, single(np.arange(frame.length)))
    newer = [frame.columns[column].take(None) for column in people.replaced_by]
    return pa.table(
        [frame.columns[key].take(None), built, *(newer or [pa.nulls(frame.length, pa.string())])], schema=PEOPLE
    )


def _sql(column: str) -> Sql:
    return Sql(column, (column,), pa.string())


def _moves(frame: Frame, old: str, new: str) -> pa.Table:
    said, into = frame.columns[old].take(None), frame.columns[new].take(None)
    return pa.table([said, pa.nulls(frame.length, IDENTIFIERS), into], schema=PEOPLE)


def _with_moves(people: pa.Table, moved: list[pa.Table]) -> pa.Table:
    """Rows of the crosswalk beside the persons; the last word on a key counts."""
    if not moved:
        return people
    every = pa.concat_tables(moved)
    moves = _once(every.take(pa.array(np.arange(len(every))[::-1])))
    at = pc.index_in(people.column("key"), moves.column("key").combine_chunks())
    newer = pc.coalesce(pc.take(moves.column("replaced_by"), at), people.column("replaced_by"))
    new = moves.filter(pc.invert(pc.is_in(moves.column("key"), people.column("key").combine_chunks())))
    return pa.concat_tables([people.set_column(2, PEOPLE.field("replaced_by"), newer), new])


def _once(people: pa.Table) -> pa.Table:
    at, _ = cells(people.column("key")).codes()
    first = np.unique(at, return_index=True)[1]
    return people if len(first) == len(people) else people.take(pa.array(np.sort(first)))


def _together(people: pa.Table) -> pa.Table:
    """One row a key, with the identifiers of all its rows."""
    once = _once(people)
    if len(once) == len(people):
        return people
    identifiers = people.column("identifiers").combine_chunks()
    at = pc.index_in(people.column("key"), once.column("key").combine_chunks()).to_numpy()
    said = pd.DataFrame({"at": at[pc.list_parent_indices(identifiers).to_numpy()]})
    said[["system", "value"]] = pa.table(identifiers.flatten().flatten(), ["system", "value"]).to_pandas()
    said = said.drop_duplicates().sort_values("at", kind="stable")
    bounds = pa.array(np.searchsorted(said["at"], np.arange(len(once) + 1)), pa.int32())
    entries = pa.StructArray.from_arrays(
        [pa.array(said[name], pa.string()) for name in ("system", "value")], fields=list(IDENTIFIERS.value_type)
    )
    lists = pa.ListArray.from_arrays(bounds, entries, type=IDENTIFIERS, mask=pa.array(np.diff(bounds) == 0))
    replaced = people.filter(pc.is_valid(people.column("replaced_by")))
    newer = pc.take(
        replaced.column("replaced_by"), pc.index_in(once.column("key"), replaced.column("key").combine_chunks())
    )
    return pa.table([once.column("key"), lists, newer], schema=PEOPLE)
