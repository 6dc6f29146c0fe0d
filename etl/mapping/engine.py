"""The DuckDB connection that computes the expressions of mappings."""

from functools import cache
from importlib import resources

import duckdb


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for this process, on one thread: rows keep their order, and workers do not fight for cores."""
    con = duckdb.connect(
        config={"threads": 1, "memory_limit": "1GB", "preserve_insertion_order": True, "temp_directory": ""}
    )
    con.execute(resources.files("etl.mapping").joinpath("functions.sql").read_text(encoding="utf-8"))
    return con
