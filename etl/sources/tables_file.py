"""One raw file beside its mapping: which column is which, by the header; a wrong delimiter is noticed here."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from contract.errors import MappingError
from etl.csv.layout import MARK_NAMES, Layout, header, layouts
from etl.csv.reader import first_line
from etl.mapping.columns import RawColumn
from etl.mapping.language import RawTable

NAME = re.compile(r"^[A-Za-z_][\w .()-]{0,60}$")


@dataclass(frozen=True)
class RawFile:
    """`found`: column of the mapping -> its name in the file. `notes`: what was unusual, without PHI."""

    path: Path
    table: RawTable
    layout: Layout
    found: dict[str, str]
    notes: tuple[str, ...] = ()


def open_raw(path: Path, table: RawTable) -> RawFile | None:
    """None for a file of no bytes."""
    line = header(first_line(path), path)
    if not line.strip():
        return None
    choices = [(layout, _match(layout, table)) for layout in layouts(line)]
    layout, found = next(((lay, cols) for lay, cols in choices if not _missing(cols, table)), choices[0])
    if _missing(found, table):
        raise MappingError(_message(path, table, layout, found))
    tight = tuple(layout.names.index(found[c.name]) for c in table.columns if c.tight and c.name in found)
    return RawFile(path, table, replace(layout, tight=tight), found, tuple(_notes(table, layout, found)))


def _match(layout: Layout, table: RawTable) -> dict[str, str]:
    in_file = {name.lower(): name for name in layout.names}
    named = {column.name: _first(column, in_file) for column in table.columns}
    return {name: place for name, place in named.items() if place}


def _first(column: RawColumn, in_file: dict[str, str]) -> str:
    return next((in_file[name.lower()] for name in column.names if name.lower() in in_file), "")


def _missing(found: dict[str, str], table: RawTable) -> list[str]:
    return [" or ".join(column.names) for column in table.columns if column.required and column.name not in found]


def _message(path: Path, table: RawTable, layout: Layout, found: dict[str, str]) -> str:
    """Names of columns are shown only when the line is surely a header: else it may be a person's row."""
    expected = ", ".join(name for column in table.columns for name in column.names)
    where = f"{path.name} (mapping table {table.name})"
    if not found:
        return (
            f"{where}: the first line names none of the expected columns ({expected}). "
            "Is the header missing, or is this another table's file?"
        )
    named = ", ".join(name for name in layout.names if NAME.match(name))
    return (
        f"{where}: required column(s) {', '.join(_missing(found, table))} missing; found {named}; expected {expected}. "
        f"If the export calls a column otherwise, say OLD|NEW: type in {table.name}.yaml."
    )


def _notes(table: RawTable, layout: Layout, found: dict[str, str]) -> list[str]:
    """Names of columns stand in a line that is surely a header; what does not look like one is counted."""
    others = [name for name in layout.names if name not in found.values()]
    extra = [name for name in others if NAME.match(name)]
    extra += [f"{len(others) - len(extra)} without a plain name"] if len(extra) < len(others) else []
    extra = extra if found else [f"all {len(others)}"]
    absent = [column.name for column in table.columns if column.name not in found and column.type != "ignored"]
    notes = [f"{table.name}: column(s) not in the mapping: {', '.join(extra)}"] if extra else []
    notes += [f"{table.name}: optional column(s) absent: {', '.join(absent)}"] if absent else []
    if layout.delimiter != ",":
        notes.append(f"{table.name}: cells are separated by {MARK_NAMES[layout.delimiter]}, not comma")
    return notes
