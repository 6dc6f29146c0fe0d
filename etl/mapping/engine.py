"""DuckDB, which computes the expressions of mappings."""

from functools import cache
from importlib import resources

import duckdb
import pyarrow as pa


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for this process, on one thread: rows keep their order, and workers do not fight for cores."""
    con = duckdb.connect(
        config={"threads": 1, "memory_limit": "1GB", "preserve_insertion_order": True, "temp_directory": ""}
    )
    con.execute(resources.files("etl.mapping").joinpath("functions.sql").read_text(encoding="utf-8"))
    return con


def select(table: pa.Table, texts: list[str]) -> list[pa.Array]:
    """Expressions over the table's columns, row by row; in the order of `row$` if it has one."""
    con = connection()
    con.register("rows$", table)
    try:
        order = ' ORDER BY "row$"' if "row$" in table.column_names else ""
        named = ", ".join(f"({text}) AS c{i}" for i, text in enumerate(texts))
        found = con.sql(f'SELECT {named} FROM "rows$"{order}').to_arrow_table()
    finally:
        con.unregister("rows$")
    return [_whole(found.column(i)) for i in range(len(texts))]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
