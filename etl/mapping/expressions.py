"""SQL expressions of a mapping: value maps written out, columns found, types tried on an empty table when loaded."""

import re
from collections.abc import Mapping as Dict
from typing import Any

import duckdb
import pyarrow as pa

from contract.errors import MappingError
from etl.mapping.cells import cell_types
from etl.mapping.engine import connection
from etl.mapping.language import RawTable
from etl.mapping.shapes import arguments
from etl.mapping.tree import Sql

MAP = re.compile(r"\bmap\(((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\)")  # with calls in it, three deep
TEXT_OR_NAME = re.compile(
    r"""'(?:[^']|'')*'|\bid\((?P<id>\w+)\)|"(?P<quoted>[^"]+)"|(?<![Aa][Ss] )\b(?P<name>[A-Za-z_]\w*)\b(?!\s*\()"""
)
WORDS = frozenset(  # of SQL: a column of that name is written in double quotes
    [
        "AND",
        "AS",
        "ASC",
        "BETWEEN",
        "BY",
        "CASE",
        "CAST",
        "DESC",
        "DISTINCT",
        "ELSE",
        "END",
        "FALSE",
        "FROM",
        "IN",
        "IS",
        "LIKE",
        "NOT",
        "NULL",
        "OR",
        "ORDER",
        "OVER",
        "PARTITION",
        "THEN",
        "TRUE",
        "WHEN",
    ]
)
FITS = {
    pa.string(): ("VARCHAR",),
    pa.float64(): ("DOUBLE", "FLOAT", "BIGINT", "INTEGER", "DECIMAL", "HUGEINT", "SMALLINT", "TINYINT"),
    pa.int64(): ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT"),
    pa.bool_(): ("BOOLEAN",),
}
Maps = Dict[str, Dict[str, Any]]


class Expressions:
    """Compiles the expressions of one raw table."""

    def __init__(self, table: RawTable, maps: Maps) -> None:
        self._table, self._maps = table, maps
        self._names = {column.name: cell_types()[column.type].sql for column in table.read}

    def condition(self, text: str, path: str, ids: list[str]) -> Sql:
        return self.expression(text, pa.bool_(), path, ids)

    def expression(self, text: str, kind: pa.DataType, path: str, ids: list[str]) -> Sql:
        columns: dict[str, None] = {}
        mapped = text
        while MAP.search(mapped):  # a map may be the default of a map
            mapped = MAP.sub(lambda found: self._map(arguments(found[1]), path), mapped)
        written = TEXT_OR_NAME.sub(lambda found: self._name(found, ids, columns, lone=found[0] == mapped), mapped)
        found = self._try(written, tuple(columns), text, path)
        if not any(found.startswith(name) for name in FITS[kind]):
            raise MappingError(
                f"{self._table.name}.yaml: {path} is {kind}; {text!r} gives {found}. "
                "number(x) makes a decimal, CAST(x AS VARCHAR) a text."
            )
        return Sql(written, tuple(columns), kind)

    def _name(self, found: re.Match[str], ids: list[str], columns: dict[str, None], *, lone: bool) -> str:
        """Columns and ids are quoted, so that no name of a column is taken for a word of SQL; all else stays."""
        name = found[0] if found["id"] else found["quoted"] or found["name"] or ""
        if name in ids or (name in self._names and (lone or found["quoted"] or name.upper() not in WORDS)):
            columns[name] = None
            return f'"{name}"'
        return found[0]

    def _try(self, written: str, columns: tuple[str, ...], text: str, path: str) -> str:
        """The type the expression gives, from DuckDB itself."""
        typed = [f'CAST(NULL AS {self._names.get(name, "VARCHAR")}) AS "{name}"' for name in columns] or ["1 AS one"]
        query = f"SELECT typeof(x) FROM (SELECT ({written}) AS x FROM (SELECT {', '.join(typed)}))"
        try:
            row = connection().execute(query).fetchall()
        except duckdb.Error as error:
            raise MappingError(
                f"{self._table.name}.yaml: {path}: {text!r} cannot be computed: {str(error).splitlines()[0]}. "
                f"Columns are {', '.join(self._names)}; a constant is written '= text'."
            ) from error
        return str(row[0][0])

    def _map(self, args: list[str], path: str) -> str:
        """map(COLUMN, name, default): name is a map of `maps:`, name.field one field of its entries."""
        name, _, key = (args[1] if len(args) > 1 else "").partition(".")
        if name not in self._maps:
            raise MappingError(f"{self._table.name}.yaml: {path}: map {name!r} is not among {', '.join(self._maps)}.")
        entries = self._maps[name]
        lacking = [str(raw) for raw, value in entries.items() if not (isinstance(value, dict) and key in value)]
        if key and lacking:
            raise MappingError(
                f"{self._table.name}.yaml: {path}: map {name!r} has no field {key!r} at {', '.join(lacking)}. "
                "Every entry has the same fields; null where one says nothing."
            )
        pairs = [(raw, value[key] if key else value) for raw, value in entries.items()]
        cases = " ".join(f"WHEN {_quoted(raw)} THEN {_quoted(value)}" for raw, value in pairs if value is not None)
        return f"CASE {args[0]} {cases} ELSE {args[2] if len(args) > 2 else 'NULL'} END"


def _quoted(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"
