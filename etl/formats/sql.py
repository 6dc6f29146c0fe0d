"""SQL dumps: the rows of INSERT INTO ... VALUES and of COPY ... FROM stdin; one file may hold many raw tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from contract.errors import InputError
from etl.formats.format import Rows
from etl.formats.sql_heads import COPY, CREATE, HEAD, INSERT, created, listed
from etl.formats.sql_rows import Reader
from etl.formats.sql_text import LONGEST, Text
from etl.formats.sql_words import bare, dialect_of, last_part, words
from etl.mapping.files import FileFormat
from etl.mapping.language import RawTable

HEADS = 1 << 16  # characters that the head of a statement may have
Columns = dict[str, list[str]]


class Sql:
    """Raw tables are called as the dump calls them, with their schema."""

    def __init__(self, said: FileFormat, tables: tuple[RawTable, ...]) -> None:
        self._said = said
        self._asked = {last_part(table.source_table) for table in tables}
        self._known: dict[Path, Columns] = {}

    def tables(self, path: Path) -> Mapping[str, Sequence[str]]:
        if path not in self._known:
            found = _together(self._scanned(path))
            named = {last_part(name) for name, columns in found.items() if columns}
            found = {name: columns for name, columns in found.items() if columns or last_part(name) not in named}
            nameless = [name for name, columns in found.items() if not columns and last_part(name) in self._asked]
            beside = self._beside(path) if nameless else {}
            found |= {name: self._columns(path, name, beside) for name in nameless}
            self._known[path] = found
        return self._known[path]

    def read(self, path: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Rows]:
        with Text(path, self._said.encoding) as text:
            while len(text.text) < HEADS and text.more():
                pass
            said = self._said.dialect or dialect_of(text.text[:HEADS])
            yield from Reader(text, words(said), self.tables(path), wanted).rows()

    def _columns(self, path: Path, name: str, beside: Columns) -> list[str]:
        """Of a table that the file fills and does not make."""
        last = {last_part(table): columns for table, columns in beside.items()}
        found = list(self._said.header) or beside.get(name) or last.get(last_part(name))
        if not found:
            raise InputError(
                f"{path.name}: rows of {name} are inserted without names of columns, and no CREATE TABLE of it stands "
                "here or in .sql files beside. Deliver the schema too, or say `format: {kind: sql, header: [A, B]}`."
            )
        return found

    def _beside(self, path: Path) -> Columns:
        others = sorted(each for each in path.parent.iterdir() if ".sql" in each.name.lower() and each != path)
        return {name: columns for other in others for name, columns in self._scanned(other).items() if columns}

    def _scanned(self, path: Path) -> Columns:
        """Tables by the heads of statements at the starts of lines; columns are empty where no head names them."""
        found: Columns = {}
        with Text(path, self._said.encoding) as text:
            while not text.ended:
                text.more()
                seen = len(text.text) if text.ended else max(len(text.text) - HEADS, 0)
                end = seen if text.ended else max(text.text.rfind("\n", 0, seen), 0)
                for head in HEAD.finditer(text.text, 0, end):
                    _note(found, text.text, head.end())
                text.use(end or (seen if len(text.text) > LONGEST else 0))
        return found


def _together(found: Columns) -> Columns:
    """One entry a table: letters of either case, and a schema that only some of the statements say, tell none apart."""
    schemas: dict[str, list[str]] = {}
    for name in dict.fromkeys(each.lower() for each in found if "." in each):
        schemas.setdefault(last_part(name), []).append(name)
    names: dict[str, str] = {}
    merged: Columns = {}
    for name, columns in sorted(found.items(), key=lambda each: "." not in each[0]):
        whole = schemas.get(name.lower(), [])
        spelled = names.setdefault(whole[0] if len(whole) == 1 else name.lower(), name)
        _learn(merged.setdefault(spelled, []), columns)
    return merged


def _learn(known: list[str], columns: Sequence[str]) -> None:
    """In letters of either case a column is the same."""
    alike = {each.lower() for each in known}
    known += [column for column in columns if column.lower() not in alike]


def _note(found: Columns, text: str, at: int) -> None:
    for pattern in (INSERT, COPY, CREATE):
        head = pattern.match(text, at)
        if head is None:
            continue
        columns = created(text, head.end()) if pattern is CREATE else listed(head["columns"])
        _learn(found.setdefault(bare(head["table"]), []), columns or ())
        return
