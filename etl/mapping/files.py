"""What a mapping says of files: how they are written, and through which other table a row leads to its person."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, fields
from typing import Any

from contract.errors import MappingError

KINDS = ("delimited", "parquet", "sql", "hl7", "ccda")


@dataclass(frozen=True)
class FileFormat:
    """`header`: names of the columns of a file that does not say them. `skip`: lines before the header or first row.

    `delimiter`: empty, it is found out. `quoting`: rfc4180 or none.
    """

    kind: str = "delimited"
    delimiter: str = ""
    header: tuple[str, ...] = ()
    skip: int = 0
    comment: str = ""
    encoding: str = "utf-8"
    quoting: str = "rfc4180"


@dataclass(frozen=True)
class Through:
    """The row's person is that of the row of `table` whose `key` is this row's person column."""

    table: str
    key: str


def file_format(where: str, said: Dict[str, Any]) -> FileFormat:
    known = [field.name for field in fields(FileFormat)]
    wrong = [key for key in said if key not in known]
    if wrong or said.get("kind", "delimited") not in KINDS or said.get("quoting", "none") not in ("none", "rfc4180"):
        raise MappingError(
            f"{where}: format: {dict(said)!r}; it says {', '.join(known)}; kind is one of "
            f"{', '.join(KINDS)}, quoting rfc4180 or none."
        )
    return FileFormat(**{**said, "header": tuple(map(str, said.get("header", ())))})


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
