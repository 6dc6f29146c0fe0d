"""How the tables of an extract stand on disk."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

MODULE = re.compile(r"[A-Z][a-z]+")
ROWS = 500  # of one INSERT
Writer = Callable[[Path, str, pa.Table], None]  # folder, table, rows


@dataclass(frozen=True)
class Form:
    """`zone`: of local times, $zone in the SQL. `functions`: text to text, for cells that SQL cannot make."""

    zone: str
    write: Writer
    functions: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


def delimited(out: Path, name: str, rows: pa.Table) -> None:
    """One file a table, with bars, quotes where they are needed."""
    options = arrow_csv.WriteOptions(delimiter="|", quoting_style="needed")
    arrow_csv.write_csv(as_text(rows), out / f"{name}.txt", options)


def tabs(out: Path, name: str, rows: pa.Table) -> None:
    """A folder a module (the first word of the table's name), a file a table: tabs, day-old habits of CP1252."""
    module = MODULE.match(name)
    folder = out / (module[0].lower() if module else "other")
    folder.mkdir(exist_ok=True)
    buffer = pa.BufferOutputStream()
    arrow_csv.write_csv(as_text(rows), buffer, arrow_csv.WriteOptions(delimiter="\t", quoting_style="needed"))
    text = buffer.getvalue().to_pybytes().decode("utf-8")
    (folder / f"{name}.txt").write_bytes(text.encode("cp1252"))


def as_text(rows: pa.Table) -> pa.Table:
    return rows.cast(pa.schema([(column, pa.string()) for column in rows.column_names]))


def sql_dump(out: Path, name: str, rows: pa.Table) -> None:
    """One dump a table: INSERTs of some hundred rows, as an export of schema V500 has them."""
    columns = ", ".join(rows.column_names)
    with (out / f"v500_{name.lower()}.sql").open("w", encoding="utf-8") as file:
        for batch in rows.to_batches(max_chunksize=ROWS):
            values = ",\n".join(f"({', '.join(map(_literal, row.values()))})" for row in batch.to_pylist())
            file.write(f"INSERT INTO V500.{name} ({columns}) VALUES\n{values};\n")


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"
