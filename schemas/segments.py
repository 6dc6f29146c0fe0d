"""Rows picked from a table: by slices where the wanted rows stand together, since to copy nested rows is dear."""

import numpy as np
import pyarrow as pa

LONG = 64  # rows a slice must have on average to be cheaper than copying


def pick(rows: pa.Table, places: np.ndarray) -> pa.Table:
    """The rows at `places`, in that order."""
    if not len(places):
        return rows.slice(0, 0)
    starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1] + 1)))
    if len(starts) == 1:
        return rows.slice(int(places[0]), len(places))
    if len(starts) * LONG > len(places):
        return rows.take(pa.array(places))
    ends = np.append(starts[1:], len(places))
    return pa.concat_tables([rows.slice(int(places[s]), int(e - s)) for s, e in zip(starts, ends, strict=True)])


def keep(rows: pa.Table, wanted: np.ndarray) -> pa.Table:
    """The rows where `wanted` is true."""
    return rows if wanted.all() else pick(rows, np.flatnonzero(wanted))


def whole(rows: pa.Table) -> pa.Table:
    """The same rows as DuckDB can read them: it refuses slices of a struct that holds a struct, so these are copied."""
    for place, field in enumerate(rows.schema):
        chunks = rows.column(place).chunks
        if _deep(field.type) and any(chunk.offset for chunk in chunks):
            copied = [chunk.take(pa.array(np.arange(len(chunk)))) if chunk.offset else chunk for chunk in chunks]
            rows = rows.set_column(place, field, pa.chunked_array(copied, field.type))
    return rows


def _deep(kind: pa.DataType) -> bool:
    return pa.types.is_struct(kind) and any(pa.types.is_struct(part.type) for part in kind)
