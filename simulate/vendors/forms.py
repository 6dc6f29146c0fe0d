"""How the tables of an extract stand on disk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv

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


def as_text(rows: pa.Table) -> pa.Table:
    return rows.cast(pa.schema([(column, pa.string()) for column in rows.column_names]))
