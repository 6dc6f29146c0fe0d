"""The rows of a SQL dump, statement by statement; what cannot be read is told with its line, the next is read."""

import re
from collections.abc import Iterator, Mapping, Sequence

from etl.csv.records import Broken
from etl.formats.format import WHOLE, Rows
from etl.formats.gather import Gather
from etl.formats.sql_heads import BEGIN, COPY, FILLED, INSERT, SPACE, listed
from etl.formats.sql_text import Text
from etl.formats.sql_words import MYSQL, POSTGRESQL, SQLSERVER, STANDARD, Words, bare, last_part, unescaped

SIGNS = 256
SHOWN = 1 << 16  # characters of what cannot be read that go to quarantine
HEADS = 1 << 16  # characters that the head of a statement may have
BETWEEN = re.compile(r"\s*,(?:\s++|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
CLOSED = re.compile(r"\s*(?:;|ON\b|RETURNING\b|AS\b)", re.IGNORECASE)
ONWARD = re.compile(
    r"\s*(?:\Z|--|/\*|(?:GO|INSERT|SET|CREATE|ALTER|PRINT|UPDATE|DELETE|IF|EXEC|USE|COMMIT|BEGIN|END|DECLARE)\b)",
    re.IGNORECASE,
)
NEXT_ROW = re.compile(r"\)\s*,\s*(?=\()")
NEXT_HEAD = re.compile(
    r"(?:;\s*?\n|\n\s*GO\s*\n|\n)(?=[ \t]*(?:INSERT|REPLACE|COPY|CREATE|UPDATE|MERGE|UPSERT)\s)", re.IGNORECASE
)
FILLS = re.compile(r"(?:INSERT|REPLACE|COPY|UPDATE|MERGE|UPSERT)\b", re.IGNORECASE)
BYTES = re.compile("[\udc80-\udcff]")  # what is no text of the encoding
WHOLE_DUMP = {MYSQL: ("dump 1", "-- Dump completed"), POSTGRESQL: ("database dump\n", "database dump complete")}
STATEMENT, DAMAGED = "sql-statement", "damaged-file"
CUT = "the dump ends before its time; deliver it again whole"
BAD_ROW = "the row of VALUES cannot be read: a quote is stray, or values are missing"
COMPUTED = "a value is computed by the database; export the rows themselves, not statements that make them"
BAD_STATEMENT = "expected INSERT INTO table (columns) VALUES (...), or COPY table (columns) FROM stdin"
NOT_TEXT = "COPY is read in its text format alone; dump it again without options"


class Reader:
    def __init__(
        self, text: Text, spelled: Words, tables: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[str]]
    ) -> None:
        self._text, self._words, self._tables, self._wanted = text, spelled, tables, wanted
        self._names = {name.lower(): name for name in tables}
        self._alike = {last_part(name): name for name in tables}
        self._gather = Gather(wanted)
        self._opening = text.text[:4096]

    def rows(self) -> Iterator[Rows]:
        text = self._text
        while True:
            text.spare(SPACE)
            if text.at >= len(text.text) and not text.more():
                break
            if BEGIN.match(text.text, text.at):
                yield from self._statement()
            else:
                self._skip()
        self._end()
        yield from self._gather.rest()

    def _skip(self) -> None:
        """A statement that brings no rows; without a semicolon it ends before a line that begins one that may."""
        found = self._text.match(self._words.skipped)
        if found is None:
            self._unread(None, "")
            return
        self._text.use(self._started(found.end()))

    def _started(self, end: int) -> int:
        """Where a statement begins that may bring rows, before the end of one that seems to hold it; else that end."""
        text, at = self._text.text, self._text.at
        for head in NEXT_HEAD.finditer(text, at, end):
            closed = text.count("'", at, head.end()) % 2 == 0
            if closed and self._words.dialect in (STANDARD, SQLSERVER):
                return head.end()
            insert = INSERT.match(text, head.end())
            if insert and self._called(insert["table"]) in self._wanted and "$" not in text[at : head.end()]:
                return head.end()
        return end

    def _statement(self) -> Iterator[Rows]:
        text = self._text
        while len(text.text) - text.at < HEADS and text.more():
            pass  # a head is read whole
        insert, copy = INSERT.match(text.text, text.at), COPY.match(text.text, text.at)
        if insert:
            yield from self._insert(insert)
        elif copy:
            yield from self._copy(copy)
        elif FILLS.match(text.text, text.at):
            self._unread(self._named(), BAD_STATEMENT)
        else:
            self._skip()

    def _named(self) -> str | None:
        """The wanted table that the statement speaks of; WHOLE: it cannot be told; None: another."""
        said = FILLED.match(self._text.text, self._text.at)
        name = self._called(said["table"]) if said else WHOLE
        return name if name in self._wanted or not said else None

    def _called(self, said: str) -> str:
        """The raw table's name: a schema may be said in one place and left out in another."""
        name = bare(said)
        return self._names.get(name.lower()) or self._alike.get(last_part(name), name)

    def _table(self, head: re.Match[str]) -> tuple[str, list[int] | None, int]:
        """Its name, places of the wanted columns in its rows (None: not wanted), and how many cells they have."""
        name = self._called(head["table"])
        columns = listed(head["columns"]) or list(self._tables.get(name, ()))
        wanted = self._wanted.get(name)
        places = {column.lower(): place for place, column in enumerate(columns)}
        return name, None if wanted is None else [places.get(column.lower(), -1) for column in wanted], len(columns)

    def _insert(self, head: re.Match[str]) -> Iterator[Rows]:
        text = self._text
        name, places, count = self._table(head)
        text.use(head.end())
        while True:
            row = text.match(self._words.row)
            if row is not None:
                line = text.line
                self._row(name, places, count, line, text.use(row.end()))
                yield from self._gather.full()
            if (row is None and not self._lost(name, places)) or (row is not None and not self._onward(name, places)):
                return

    def _onward(self, name: str, places: list[int] | None) -> bool:
        """Whether another row follows."""
        text = self._text
        while len(text.text) - text.at < SIGNS and text.more():
            pass  # a comma, comments and the beginning of a row are seen at once
        comma = BETWEEN.match(text.text, text.at)
        if comma:
            text.use(comma.end())
            return True
        strict = self._words.dialect in WHOLE_DUMP
        if CLOSED.match(text.text, text.at) or (not strict and ONWARD.match(text.text, text.at)):
            return False
        return self._lost(name, places)

    def _row(self, name: str, places: list[int] | None, count: int, line: int, raw: str) -> None:
        if places is None:
            return
        try:
            cells = self._words.cells(raw)
        except ValueError:
            self._reject(name, line, raw, STATEMENT, COMPUTED)
        else:
            self._cells(name, line, raw, cells if len(cells) == count else None, places)

    def _cells(self, name: str, line: int, raw: str, cells: Sequence[str | None] | None, places: list[int]) -> None:
        """A row whose cells are as many as its columns, if there are `cells`."""
        fault = _fault(raw) or ("" if cells else "field-count")
        if fault or cells is None:
            self._reject(name, line, raw, fault, "")
        else:
            self._gather.add(name, line, [cells[place] if place >= 0 else None for place in places])

    def _lost(self, name: str, places: list[int] | None) -> bool:
        """A row that cannot be read goes alone where another follows that can; else with the statement's rest."""
        text = self._text
        line = text.line
        head = NEXT_HEAD.search(text.text, text.at)
        for found in NEXT_ROW.finditer(text.text, text.at, head.start() if head else len(text.text)):
            if self._words.row.match(text.text, found.end()):
                raw = text.use(found.end())
                if places is not None:
                    self._reject(name, line, raw, STATEMENT, BAD_ROW)
                return True
        self._unread(name if places is not None else None, BAD_ROW)
        return False

    def _unread(self, name: str | None, message: str) -> None:
        """Up to the next line that begins a statement."""
        text = self._text
        line, parts = text.line, list[str]()
        while True:
            head = NEXT_HEAD.search(text.text, text.at)
            if head or text.ended:
                parts.append(text.use(head.end() if head else len(text.text)))
                break
            parts.append(text.use(max(text.at, len(text.text) - 4096))[:SHOWN])
            if not text.more() and not text.ended:
                break
        raw = "".join(parts)
        cut = text.ended and text.at >= len(text.text) and not raw.rstrip().endswith(";")
        if name is not None:
            self._reject(name, line, raw, DAMAGED if cut else STATEMENT, CUT if cut else message)

    def _copy(self, head: re.Match[str]) -> Iterator[Rows]:
        text = self._text
        name, places, count = self._table(head)
        text.use(head.end())
        if "csv" in head["options"].lower() or "binary" in head["options"].lower():
            self._unread(name if places is not None else None, NOT_TEXT)
            return
        while True:
            end = text.text.find("\n", text.at)
            if end < 0:
                if text.more():
                    continue
                line = text.line
                self._reject(name if places is not None else None, line, text.use(len(text.text)), DAMAGED, CUT)
                return
            line, raw = text.line, text.use(end + 1).rstrip("\r\n")
            if raw == "\\.":
                return
            self._copied(name, places, count, line, raw)
            yield from self._gather.full()

    def _copied(self, name: str, places: list[int] | None, count: int, line: int, raw: str) -> None:
        if places is not None:
            cells: list[str | None] = [*raw.split("\t")]
            read = list(map(_copied_cell, cells)) if "\\" in raw else cells
            self._cells(name, line, raw, read if len(cells) == count else None, places)

    def _reject(self, name: str | None, line: int, raw: str, rule: str, message: str) -> None:
        if name is not None:
            shown = raw[:SHOWN].encode("utf-8", "surrogateescape")
            self._gather.reject(name, Broken(line, rule, shown, message=message))

    def _end(self) -> None:
        """A dump says at its end that it is whole, where it says at its beginning that it is one."""
        text = self._text
        begins, ends = WHOLE_DUMP.get(self._words.dialect, ("\0", ""))
        if text.damage or (begins in self._opening and ends not in text.text[-4096:]):
            self._gather.reject(WHOLE, Broken(text.line, DAMAGED, b"", message=CUT))


def _copied_cell(cell: str | None) -> str | None:
    if cell is None or cell == "\\N":
        return None
    return unescaped(cell) if "\\" in cell else cell


def _fault(raw: str) -> str:
    """The rule that the characters of a row break, if any."""
    if "\0" in raw:
        return "nul-byte"
    return "encoding" if not raw.isascii() and BYTES.search(raw) else ""
