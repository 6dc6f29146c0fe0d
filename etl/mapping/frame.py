"""Columns of raw rows as different values and where each row's value stands: work is done once per different value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.mapping.engine import select
from etl.mapping.refused import CANNOT, Bools, Refused, cannot, one_by_one
from etl.mapping.tree import Sql

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """One column. `at` says which of `values` each row has; None: row i has value i. Null is a value too."""

    values: pa.Array
    at: npt.NDArray[np.integer] | None = None

    def __len__(self) -> int:
        return len(self.values) if self.at is None else len(self.at)

    @property
    def present(self) -> Bools:
        if self.values.null_count == 0:
            return np.ones(len(self), bool)
        valid: Bools = self.values.is_valid().to_numpy(zero_copy_only=False)
        return valid if self.at is None else valid[self.at]

    def take(self, rows: Ints | None) -> pa.Array:
        """The rows' values, one after another."""
        if self.at is None:
            return self.values if rows is None else self.values.take(pa.array(rows))
        return self.values.take(pa.array(self.at if rows is None else self.at[rows]))

    def rows(self, rows: Ints) -> "Cells":
        return Cells(self.values, rows if self.at is None else self.at[rows])

    def codes(self) -> tuple[npt.NDArray[np.integer], int]:
        """A small integer per row, the same for equal values, and how many there can be."""
        few = self.at is not None and len(self.at) < len(self.values)
        coded = (self.take(None) if few else self.values).dictionary_encode(null_encoding="encode")
        code = coded.indices.to_numpy()
        return (code if few or self.at is None else code[self.at]), len(coded.dictionary)


def cells(column: pa.ChunkedArray) -> Cells:
    """A column of a table; dictionaries of its chunks become one."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    if not isinstance(array, pa.DictionaryArray):
        return Cells(array)
    values, at = array.dictionary, array.indices
    if at.null_count:
        values = pa.concat_arrays([values, pa.nulls(1, values.type)])
        at = at.fill_null(len(values) - 1)
    return Cells(values, at.to_numpy())


def nothing(length: int, kind: pa.DataType) -> Cells:
    return Cells(pa.nulls(1, kind), np.zeros(length, np.int32))


@dataclass(frozen=True)
class Frame:
    """Rows of one raw table: typed columns, ids of its resources as id(Type), and each column's text as it came."""

    columns: Mapping[str, Cells]
    raw: Mapping[str, Cells]
    length: int

    def rows(self, rows: Ints) -> "Frame":
        return Frame(
            {name: found.rows(rows) for name, found in self.columns.items()},
            {name: found.rows(rows) for name, found in self.raw.items()},
            len(rows),
        )

    def with_columns(self, more: Mapping[str, Cells]) -> "Frame":
        return Frame({**self.columns, **more}, self.raw, self.length)


def evaluate(frame: Frame, wanted: Iterable[Sql], refused: Refused | None = None) -> dict[Sql, Cells]:
    """Expressions on one coded column are computed per different value, constants once, all others per row.

    Rows that an expression cannot take are null and noted in `refused`; without it they are an error.
    """
    out: dict[Sql, Cells] = {}
    noted: Refused = {} if refused is None else refused
    groups: dict[tuple[str, ...], list[Sql]] = {}
    for each in dict.fromkeys(wanted):
        if len(each.columns) == 1 and each.text in (each.columns[0], f'"{each.columns[0]}"'):
            out[each] = _cast(frame.columns[each.columns[0]], each)
        else:
            groups.setdefault(_group(frame, each), []).append(each)
    for columns, found in groups.items():
        out.update(_compute(frame, columns, found, noted))
    if noted and refused is None:
        raise cannot(next(iter(noted)))
    return out


def _group(frame: Frame, each: Sql) -> tuple[str, ...]:
    if not each.columns:
        return ()
    alone = len(each.columns) == 1 and frame.columns[each.columns[0]].at is not None
    return each.columns if alone and not _ordered(each) else ("*",)


def _ordered(each: Sql) -> bool:
    return " over " in each.text.lower()


def _cast(found: Cells, each: Sql) -> Cells:
    return found if found.values.type == each.type else Cells(found.values.cast(each.type), found.at)


def _compute(frame: Frame, columns: tuple[str, ...], wanted: list[Sql], refused: Refused) -> dict[Sql, Cells]:
    table = _table(frame, columns, wanted)
    at = frame.columns[columns[0]].at if columns and columns != ("*",) else None
    if not columns:
        at = np.zeros(frame.length, np.int32)
    try:
        results = select(table, [each.text for each in wanted])
        return {each: _cast(Cells(result, at), each) for each, result in zip(wanted, results, strict=True)}
    except CANNOT:
        return {each: _careful(table, each, at, refused) for each in wanted}


def _careful(table: pa.Table, each: Sql, at: npt.NDArray[np.integer] | None, refused: Refused) -> Cells:
    """Values that no row has may be refused as well: a resource's `when` leaves them out."""
    values, bad = one_by_one(table, each)
    rows = bad if at is None else bad[at]
    if rows.any():
        refused[each] = rows
    return Cells(values, at)


def _table(frame: Frame, columns: tuple[str, ...], wanted: list[Sql]) -> pa.Table:
    """What the expressions are computed of."""
    if not columns:
        return pa.table({"one": [1]})
    if columns == ("*",):
        names = dict.fromkeys(name for each in wanted for name in each.columns)
        table = pa.table({name: _coded(frame.columns[name]) for name in names})
        if any(_ordered(each) for each in wanted):
            table = table.append_column("row$", pa.array(np.arange(frame.length)))
        return table
    return pa.table({columns[0]: frame.columns[columns[0]].values})


def _coded(found: Cells) -> pa.Array:
    return found.values if found.at is None else found.take(None)
