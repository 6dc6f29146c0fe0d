"""Who a group speaks of: keys and identifying identifiers from the table that the mapping says holds persons."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.work import PEOPLE, Group
from etl.csv.reader import read
from etl.mapping.load import Mapping, TableMapping
from etl.sources.tables_file import RawFile, open_raw
from etl.sources.tables_groups import table_of

KEY = r"^[A-Za-z0-9.-]{1,64}$"


def read_people(group: Group, mapping: Mapping) -> pa.Table:
    """Rows whose key is no id are left to the spool, which quarantines them; a key that comes twice is one person."""
    patients = mapping.patients
    if patients is None:
        return PEOPLE.empty_table()
    files = [path for path in group.files if table_of(path, mapping) is patients]
    opened = [raw for raw in (open_raw(path, patients.raw) for path in files) if raw is not None]
    parts = [part for raw in opened for part in _file(raw, patients)]
    return _once(pa.concat_tables(parts)) if parts else PEOPLE.empty_table()


def _file(raw: RawFile, patients: TableMapping) -> Iterator[pa.Table]:
    people = patients.raw.people
    assert people is not None
    wanted = dict.fromkeys([patients.raw.person, *(column for _, column in people.identifiers)])
    columns = [raw.found[name] for name in wanted if name in raw.found]
    for piece in read(raw.path, raw.layout, columns):
        rows = piece.rows.cast(pa.schema([(name, pa.string()) for name in piece.rows.column_names]))
        keys = rows.column(raw.found[patients.raw.person])
        rows = rows.filter(pc.fill_null(pc.match_substring_regex(keys, KEY), False))
        yield _people(rows, raw, patients)


def _people(rows: pa.Table, raw: RawFile, patients: TableMapping) -> pa.Table:
    people = patients.raw.people
    assert people is not None
    named = [(system, rows.column(raw.found[column])) for system, column in people.identifiers if column in raw.found]
    values = [column.to_pylist() for _, column in named]
    identifiers = [
        [{"system": system, "value": value} for (system, _), value in zip(named, row, strict=True) if value]
        for row in zip(*values, strict=True)
    ]
    key = rows.column(raw.found[patients.raw.person])
    return pa.table(
        [key, pa.array(identifiers, PEOPLE.field("identifiers").type), pa.nulls(len(rows), pa.string())], schema=PEOPLE
    )


def _once(people: pa.Table) -> pa.Table:
    keys = people.column("key").combine_chunks().dictionary_encode()
    coded = keys.chunk(0) if isinstance(keys, pa.ChunkedArray) else keys
    first = np.unique(coded.indices.to_numpy(), return_index=True)[1]
    return people if len(first) == len(people) else people.take(pa.array(np.sort(first)))
