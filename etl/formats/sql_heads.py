"""Statements of SQL dumps that matter, by how they begin; and the columns that CREATE TABLE says."""

import re
from collections.abc import Iterable

from etl.formats.sql_words import NAME, PATH, PLAIN, bare

FLAGS = re.IGNORECASE | re.DOTALL
COLUMNS = rf"\((?P<columns>\s*{NAME}(?:\s*,\s*{NAME})*\s*)\)"
MANNER = r"(?:(?:IGNORE|DELAYED|LOW_PRIORITY|HIGH_PRIORITY|OR\s+\w+)\s+)*(?:INTO\s+)?"  # of inserting
OTHERWISE = r"(?!(?:ALL|FIRST|OVERWRITE|TOP|OR)\b)"  # words of statements that are not read, in the table's place
INSERT = re.compile(
    rf"(?:INSERT|REPLACE)\s+{MANNER}{OTHERWISE}(?P<table>{PATH})\s*(?:{COLUMNS}\s*)?"
    r"(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES\s*",
    FLAGS,
)
FILLED = re.compile(
    rf"(?:(?:INSERT|REPLACE)\s+{MANNER}|COPY\s+|UPDATE\s+(?:ONLY\s+)?|(?:MERGE|UPSERT)\s+(?:INTO\s+)?)"
    rf"{OTHERWISE}(?P<table>{PATH})",
    FLAGS,
)
COPY = re.compile(rf"COPY\s+(?P<table>{PATH})\s*(?:{COLUMNS}\s*)?FROM\s+stdin(?P<options>[^;\n]*);[^\n]*\n", FLAGS)
CREATE = re.compile(
    rf"CREATE\s+(?:(?:GLOBAL|LOCAL|UNLOGGED|TEMP|TEMPORARY)\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<table>{PATH})\s*\(",
    FLAGS,
)
BEGIN = re.compile(r"(?:INSERT|REPLACE|COPY|CREATE|UPDATE|MERGE|UPSERT)\b", re.IGNORECASE)
SPACE = re.compile(
    r"(?:\s++|--[^\n]*+(?:\n|\Z)|#[^\n]*+(?:\n|\Z)|/\*.*?\*/|;|(?:^|(?<=\n))GO[ \t]*(?=\r?\n|\Z))*+", FLAGS
)
HEAD = re.compile(r"(?:^|;)[ \t]*(?=(?:INSERT|REPLACE|COPY|CREATE)\s)", re.IGNORECASE | re.MULTILINE)
NO_COLUMN = re.compile(
    r"(?:PRIMARY|FOREIGN|UNIQUE|KEY|CONSTRAINT|INDEX|CHECK|FULLTEXT|SPATIAL|PERIOD|EXCLUDE|LIKE)\b", re.IGNORECASE
)
PIECE = re.compile(rf"{PLAIN}|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[(),]|[^'\"`\[(),/-]+|.", re.DOTALL)


def listed(columns: str | None) -> list[str]:
    return [bare(name) for name in re.findall(NAME, columns or "")]


def created(text: str, start: int) -> list[str] | None:
    """The columns of the table whose opening parenthesis ends before `start`; None: it is not closed in the text."""
    depth, parts, part = 1, list[str](), ""
    for found in PIECE.finditer(text, start):
        word = found.group()
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0:
            return _names([*parts, part])
        if word == "," and depth == 1:
            parts, part = [*parts, part], ""
        elif not word.startswith(("--", "/*")):
            part += word
    return None


def _names(parts: Iterable[str]) -> list[str]:
    found = []
    for part in parts:
        name = re.match(rf"\s*({NAME})", part)
        if name and not NO_COLUMN.match(part.strip()):
            found.append(bare(name[1]))
    return found
