"""Who a group speaks of: keys and identifying identifiers from the table that the mapping says holds persons."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import PEOPLE, Group
from etl.csv.reader import read
from etl.mapping.frame import Cells, Frame, cells, evaluate, nothing
from etl.mapping.language import People
from etl.mapping.load import Mapping, TableMapping
from etl.mapping.nest import Nest, single
from etl.mapping.tree import Constant, Items, Sql, Struct
from etl.sources.tables_file import RawFile, open_raw
from etl.sources.tables_groups import table_of

KEY = r"^[A-Za-z0-9.-]{1,64}$"
IDENTIFIERS = PEOPLE.field("identifiers").type


def read_people(group: Group, mapping: Mapping) -> pa.Table:
    """Rows whose key is no id are left to the spool, which quarantines them; a key that comes twice is one person."""
    patients = mapping.patients
    if patients is None or patients.raw.people is None:
        return PEOPLE.empty_table()
    known = [part for raw in _opened(group, mapping, patients) for part in _persons(raw, patients.raw.people)]
    table, old, new = patients.raw.people.crosswalk
    moved = [part for raw in _opened(group, mapping, mapping.tables.get(table)) for part in _moves(raw, old, new)]
    return _with_moves(_once(pa.concat_tables([PEOPLE.empty_table(), *known])), moved)


def _opened(group: Group, mapping: Mapping, table: TableMapping | None) -> list[RawFile]:
    if table is None:
        return []
    files = [path for path in group.files if table_of(path, mapping) is table]
    return [raw for raw in (open_raw(path, table.raw) for path in files) if raw is not None]


def _frames(raw: RawFile, names: list[str], key: str) -> Iterator[Frame]:
    """Some columns of a file as text; only rows whose key is an id."""
    present = [raw.found[name] for name in names if name in raw.found]
    for piece in read(raw.path, raw.layout, present):
        is_id = pc.match_substring_regex(_plain(piece.rows.column(raw.found[key])), KEY)
        rows = piece.rows.filter(is_id.fill_null(False))
        found = {name: _cells(rows, raw, name) for name in names}
        yield Frame(found, found, len(rows))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _cells(rows: pa.Table, raw: RawFile, name: str) -> Cells:
    return cells(_plain(rows.column(raw.found[name]))) if name in raw.found else nothing(len(rows), pa.string())


def _persons(raw: RawFile, people: People) -> Iterator[pa.Table]:
    key = raw.table.person
    names = list(dict.fromkeys([key, *(column for _, column in people.identifiers), *people.replaced_by]))
    entries = tuple(
        Struct({"system": Constant(system, pa.string()), "value": _sql(column)}, IDENTIFIERS.value_type)
        for system, column in people.identifiers
    )
    identifiers = Items(entries, IDENTIFIERS)
    for frame in _frames(raw, names, key):
        nest = Nest(evaluate(frame, [_sql(name) for name in names]), frame.length)
        built = nest.build(identifiers, single(np.arange(frame.length)))
        newer = [frame.columns[column].take(None) for column in people.replaced_by]
        yield pa.table(
            [frame.columns[key].take(None), built, *(newer or [pa.nulls(frame.length, pa.string())])], schema=PEOPLE
        )


def _sql(column: str) -> Sql:
    return Sql(column, (column,), pa.string())


def _moves(raw: RawFile, old: str, new: str) -> Iterator[pa.Table]:
    for frame in _frames(raw, [old, new], old):
        keys, into = frame.columns[old].take(None), frame.columns[new].take(None)
        yield pa.table([keys, pa.nulls(frame.length, IDENTIFIERS), into], schema=PEOPLE)


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
