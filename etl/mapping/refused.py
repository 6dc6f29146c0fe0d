"""Rows that an expression cannot take: a text where it casts to a number, a day that no month has."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from contract.errors import MappingError
from etl.mapping.engine import connection, select
from etl.mapping.tree import Sql

Bools = npt.NDArray[np.bool_]
Refused = dict[Sql, Bools]  # which rows each expression cannot take

CANNOT = (duckdb.DataError, duckdb.InvalidInputException, pa.ArrowInvalid)
MOST = 256  # rows that are sought one by one, where DuckDB has no other way
SHOWN = 160  # letters of an expression
SQL: Dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.float64(): "DOUBLE",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us"): "TIMESTAMP",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row, and in which column or element."""

    column: str
    rule: str
    message: str


def fault(sql: Sql) -> Fault:
    """The expression is named, never the cell."""
    path, text = (sql.said.path, sql.said.text) if sql.said else ("", "")
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "..."
    return Fault(path, "expression", f"{shown}: cannot be computed of this row; mend the cell, or say TRY_CAST(...)")


def cannot(sql: Sql) -> MappingError:
    where = f"{sql.said.file}: {sql.said.path}: {sql.said.text!r}" if sql.said else "an expression of the mapping"
    return MappingError(
        f"{where} cannot be computed of some rows, and it cannot be said of which. TRY_CAST(x AS BIGINT), try_strptime "
        "and number(x) are null where CAST and strptime stop."
    )


def one_by_one(table: pa.Table, sql: Sql) -> tuple[pa.Array, Bools]:
    """The expression's value of each row, null where it cannot be computed, and which rows those are."""
    text = f"CAST(({sql.text}) AS {SQL[sql.type]})"
    bad = _bad(table, sql, text)
    try:
        values = select(table.filter(pa.array(~bad)), [text])[0].cast(sql.type)
    except CANNOT as error:
        raise cannot(sql) from error
    if not bad.any():
        return values, bad
    places = np.cumsum(~bad) - 1
    return values.take(pa.array(places, mask=bad)), bad


def _bad(table: pa.Table, sql: Sql, text: str) -> Bools:
    if _computes(table, text):
        return np.zeros(len(table), bool)
    con = connection()
    con.execute("SET disabled_optimizers = 'common_subexpressions'")  # else what stands twice in TRY is taken out of it
    try:
        found: Bools = select(table, [f"TRY({text} IS NULL) IS NULL"])[0].to_numpy(zero_copy_only=False)
    except (*CANNOT, duckdb.BinderException):  # no TRY around window functions, queries and what is drawn anew
        return _sought(table, sql, text)
    finally:
        con.execute("RESET disabled_optimizers")
    return found


def _sought(table: pa.Table, sql: Sql, text: str) -> Bools:
    """By halves."""
    bad = np.zeros(len(table), bool)
    todo = [(0, len(table))]
    while todo:
        start, end = todo.pop()
        if _computes(table.slice(start, end - start), text):
            continue
        if end - start == 1:
            bad[start] = True
            if bad.sum() > MOST:
                raise cannot(sql)
            continue
        middle = (start + end) // 2
        todo += [(start, middle), (middle, end)]
    return bad


def _computes(table: pa.Table, text: str) -> bool:
    try:
        select(table, [text])
    except CANNOT:
        return False
    return True
