"""What a mapping says of files: how they are written, and through which other table a row leads to its person."""

import codecs
from collections.abc import Mapping as Dict
from dataclasses import dataclass, fields
from typing import Any

from contract.errors import MappingError

SINGLE = ("delimited", "parquet")  # a file is one raw table
DIALECTS = ("standard", "mysql", "postgresql", "sqlserver")
KINDS = ("delimited", "parquet", "sql", "hl7", "ccda")


@dataclass(frozen=True)
class FileFormat:
    """`header`: names of the columns of a file that does not say them. `skip`: lines before the header or first row.

    `delimiter`: empty, it is found out. `quoting`: rfc4180, none, or auto, which is none between tabs. `dialect`: of a
    SQL dump; empty, it is found out.
    """

    kind: str = "delimited"
    delimiter: str = ""
    header: tuple[str, ...] = ()
    skip: int = 0
    comment: str = ""
    encoding: str = "utf-8"
    quoting: str = "rfc4180"
    dialect: str = ""


@dataclass(frozen=True)
class Through:
    """The row's person is that of the row of `table` whose `key` is this row's person column."""

    table: str
    key: str


def file_format(where: str, said: Dict[str, Any]) -> FileFormat:
    known = [field.name for field in fields(FileFormat)]
    wrong = [key for key in said if key not in known] + _wrong(said)
    if wrong:
        raise MappingError(
            f"{where}: format: {', '.join(wrong)} does not fit in {dict(said)!r}; it says {', '.join(known)}; kind is "
            f"one of {', '.join(KINDS)}, quoting rfc4180, none or auto, delimiter one character, skip a number of "
            "lines, header a list of names, encoding such as latin-1, "
            f"dialect one of {', '.join(DIALECTS)}."
        )
    return FileFormat(**{**said, "header": tuple(map(str, said.get("header", ())))})


def _wrong(said: Dict[str, Any]) -> list[str]:
    fits = {
        "kind": said.get("kind", "delimited") in KINDS,
        "quoting": said.get("quoting", "none") in ("none", "rfc4180", "auto"),
        "delimiter": isinstance(mark := said.get("delimiter", ""), str) and len(mark) <= 1 and mark not in ('"', "\n"),
        "skip": isinstance(skip := said.get("skip", 0), int) and skip >= 0,
        "comment": isinstance(said.get("comment", ""), str),
        "header": isinstance(names := said.get("header", ()), list | tuple) and len({*names}) == len(names),
        "dialect": said.get("dialect", "standard") in DIALECTS,
        "encoding": _is_encoding(said.get("encoding", "utf-8")),
    }
    return [key for key, right in fits.items() if not right]


def _is_encoding(name: Any) -> bool:
    try:
        return bool(codecs.lookup(name))
    except (LookupError, TypeError):
        return False


def words(said: Any) -> tuple[str, ...]:
    """One or a list; YAML's own nothing, which `NULL` without quotes is, as it is written."""
    return tuple("NULL" if word is None else str(word) for word in (said if isinstance(said, list | tuple) else [said]))


def through(where: str, said: Any, names: list[str]) -> tuple[str, Through | None]:
    """The column, and the table it leads through, if any."""
    full: Dict[str, str] = said if isinstance(said, dict) else {"column": said}
    column = full.get("column", "")
    wrong = set(full) - {"column", "table", "key"}
    if (column and column not in names) or wrong or (isinstance(said, dict) and "table" not in full):
        raise MappingError(
            f"{where}: person: {column!r} is not a column, or more is said than is known. "
            f"Say a column, or {{column: COLUMN, table: OTHER TABLE, key: ITS COLUMN}} "
            f"where another table says whose it is. Columns are {', '.join(names)}."
        )
    return column, Through(full["table"], full.get("key", column)) if "table" in full else None
