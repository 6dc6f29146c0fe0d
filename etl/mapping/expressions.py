"""SQL expressions of a mapping: value maps written out, columns found, types tried on an empty table when loaded."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from contract.errors import MappingError
from etl.mapping.calls import Call, calls, replaced
from etl.mapping.computed_calls import call_step
from etl.mapping.engine import connection
from etl.mapping.kinds import cell_types
from etl.mapping.language import RawTable
from etl.mapping.steps import ZONE, Let, Lines, Step, Unpack
from etl.mapping.tree import Said, Sql

PART = r'(?:[A-Za-z_]\w*|"[^"]+")'
TEXT_OR_NAME = re.compile(
    r"""'(?:[^']|'')*'|\bid\((?P<id>\w+)\)|\b(?P<call>after|clock)\s*\(|"(?P<quoted>[^"]+)"(?!\.)"""
    rf"""|(?<![Aa][Ss] )(?<![\w.])(?P<name>{PART}(?:\.{PART})*)(?![\w"])(?!\s*\()"""
)
UNITS = ("milliseconds", "seconds", "minutes", "hours", "days")
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
    pa.int64(): ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT"),
    pa.float64(): ("DOUBLE", "FLOAT", "BIGINT", "INTEGER", "DECIMAL", "HUGEINT", "SMALLINT", "TINYINT"),
    pa.bool_(): ("BOOLEAN",),
}
SQL_TYPES = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}
Maps = Dict[str, Dict[str, Any]]


class Expressions:
    """Compiles the expressions of one raw table. `names`: what they may name, with the SQL type of each."""

    def __init__(self, table: RawTable, maps: Maps) -> None:
        self._table, self.maps = table, maps
        self.names = {column.name: cell_types()[column.type].sql for column in table.read}
        self.joined: dict[str, str] = {}  # join -> what it leads to, for messages
        self.computed: list[Lines | Unpack] = []
        self.hidden: list[Step] = []  # named by the compiler itself: to be computed before the rest

    def condition(self, text: str, path: str, ids: list[str]) -> Sql:
        return self.expression(text, pa.bool_(), path, ids)

    def let(self, name: str, text: str, path: str) -> Let:
        """A named expression; from now on its name can be used."""
        compiled = self.expression(text, None, path, [])
        self.names[name] = next(sql for sql, kind in SQL_TYPES.items() if kind == compiled.type)
        return Let(name, compiled)

    def hide(self, name: str, text: str, path: str) -> None:
        self.hidden.append(Let(name, self.expression(text, pa.string(), path, [])))
        self.names[name] = "VARCHAR"

    def drained(self) -> list[Step]:
        found, self.hidden = self.hidden, []
        return found

    @property
    def known(self) -> list[str]:
        """Names that a mapping may say, without those of the compiler."""
        return [name for name in self.names if "$" not in name]

    def expression(self, text: str, kind: pa.DataType | None, path: str, ids: list[str]) -> Sql:
        """Of any type that a column may have, when `kind` is None."""
        columns: dict[str, None] = {}
        self._check_calls(text, path)
        called = replaced(text, lambda call: self._computed(call, path), "lines", "unpack")
        mapped = self._mapped(called, path)
        written = TEXT_OR_NAME.sub(lambda found: self._name(found, ids, columns, lone=found[0] == mapped), mapped)
        self._unknown(columns, path)
        found = self._try(written, tuple(columns), text, path)
        kinds = [kind] if kind is not None else list(FITS)
        kinds = [] if found.endswith("]") else kinds  # a list
        fit = next((each for each in kinds if any(map(found.startswith, FITS[each]))), None)
        if fit is None:
            raise MappingError(
                f"{self._table.name}.yaml: {path} is {kind or 'a text, a number or a boolean'}; {text!r} gives "
                f"{found}. number(x) makes a decimal, CAST(x AS VARCHAR) a text."
            )
        lone = written in {f'"{name}"' for name in columns}
        empty = pa.types.is_string(fit) and not lone  # no element of FHIR is an empty text
        written = f"nullif({written}, '')" if empty else written
        return Sql(written, tuple(columns), fit, Said(f"{self._table.name}.yaml", path, text))

    def _name(self, found: re.Match[str], ids: list[str], columns: dict[str, None], *, lone: bool) -> str:
        """Columns and ids are quoted, so that no name of a column is taken for a word of SQL; all else stays."""
        if found["call"]:
            columns[ZONE] = None
            return f'{found["call"]}_in("{ZONE}", '
        name = found[0] if found["id"] else found["quoted"] or plain(found["name"] or "")
        joined = name.split(".")[0] in self.joined and "." in name
        if joined or name in ids or (name in self.names and (lone or found["quoted"] or name.upper() not in WORDS)):
            columns[name] = None
            return f'"{name}"'
        return found[0]

    def _computed(self, call: Call, path: str) -> str:
        """The column under which a call that is no SQL is computed; the same call twice is computed once."""
        step = call_step(call, f"{self._table.name}.yaml: {path}", lambda text: self._argument(text, path))
        known = next((each for each in self.computed if replace(each, name="") == step), None)
        if known is None:
            known = replace(step, name=f"{call.name}${len(self.computed)}")
            self.computed.append(known)
            self.hidden.append(known)
            self.names[known.name] = "VARCHAR"
        return f'"{known.name}"'

    def _argument(self, text: str, path: str) -> Sql:
        return self.expression(text, None, path, [])

    def _unknown(self, columns: Iterable[str], path: str) -> None:
        """A column of a joined table that is not there."""
        for name in columns:
            if name.split(".")[0] in self.joined and name not in self.names:
                raise MappingError(f"{self._table.name}.yaml: {path}: {name}: {self.leads(name.split('.')[0])}")

    def leads(self, join: str) -> str:
        has = [name.removeprefix(f"{join}.") for name in self.names if name.startswith(f"{join}.")]
        return f"join {join} leads to {self.joined[join]}, which has {', '.join(has)}."

    def _check_calls(self, text: str, path: str) -> None:
        if any(calls(text, "hash")):
            raise MappingError(f"{self._table.name}.yaml: {path}: {text!r}: hash(COLUMN, ...) stands alone, in `id`.")
        for call in calls(text, "after"):
            unit = call.arguments[2].strip("'") if len(call.arguments) > 2 else "minutes"
            if unit not in UNITS or len(call.arguments) not in (2, 3):
                raise MappingError(
                    f"{self._table.name}.yaml: {path}: {text!r}: say after(START, NUMBER) for minutes, or "
                    f"after(START, NUMBER, 'UNIT') with one of {', '.join(UNITS)}."
                )

    def _try(self, written: str, columns: tuple[str, ...], text: str, path: str) -> str:
        """The type the expression gives, from DuckDB itself."""
        if written in (f'"{name}"' for name in columns if name in self.names):
            return self.names[columns[0]]
        typed = [f'CAST(NULL AS {self.names.get(name, "VARCHAR")}) AS "{name}"' for name in columns] or ["1 AS one"]
        query = f"SELECT typeof(x) FROM (SELECT ({written}) AS x FROM (SELECT {', '.join(typed)}))"
        try:
            row = connection().execute(query).fetchall()
        except duckdb.Error as error:
            raise MappingError(f"{self._table.name}.yaml: {path}: {self._why(written, text, error)}") from error
        return str(row[0][0])

    def _why(self, written: str, text: str, error: duckdb.Error) -> str:
        """Double quotes around an expression make a column's name of it: the commonest slip has words of its own."""
        quoted = [found["quoted"] for found in TEXT_OR_NAME.finditer(written) if found["quoted"]]
        slip = next((name for name in quoted if name not in self.names and re.search(r"[^\w. ]", name)), None)
        if slip is not None:
            return (
                f'{text!r}: what stands in double quotes is a column\'s name, and no column is called "{slip}". '
                "An expression within a call has no quotes of its own; put the whole line into quotes."
            )
        return (
            f"{text!r} cannot be computed: {str(error).splitlines()[0]}. "
            f"Columns are {', '.join(self.known)}; a constant is written '= text'."
        )

    def _mapped(self, text: str, path: str) -> str:
        """Maps written out, those within maps too."""
        return replaced(
            text, lambda call: self._map([self._mapped(each, path) for each in call.arguments], path), "map"
        )

    def _map(self, args: list[str], path: str) -> str:
        """map(COLUMN, name, default): name is a map of `maps:`, name.field one field of its entries."""
        name, _, key = (args[1] if len(args) > 1 else "").partition(".")
        if name not in self.maps:
            raise MappingError(f"{self._table.name}.yaml: {path}: map {name!r} is not among {', '.join(self.maps)}.")
        entries = self.maps[name]
        lacking = [str(raw) for raw, value in entries.items() if not (isinstance(value, dict) and key in value)]
        if key and lacking:
            raise MappingError(
                f"{self._table.name}.yaml: {path}: map {name!r} has no field {key!r} at {', '.join(lacking)}. "
                "Every entry has the same fields; null where one says nothing."
            )
        pairs = [(raw, value[key] if key else value) for raw, value in entries.items()]
        cases = " ".join(f"WHEN {_quoted(raw)} THEN {_quoted(value)}" for raw, value in pairs if value is not None)
        otherwise = args[2] if len(args) > 2 else "CAST(NULL AS VARCHAR)"
        return f"CASE {args[0]} {cases} ELSE {otherwise} END" if cases else f"({otherwise})"


def plain(name: str) -> str:
    """item."LONG NAME" as item.LONG NAME."""
    return name.replace('"', "")


def _quoted(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"
