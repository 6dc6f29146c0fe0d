"""How SQL dumps are spelled: names, strings, values and rows, for MySQL, PostgreSQL, SQL Server and plain SQL."""

import re
from dataclasses import dataclass
from functools import cache

from etl.mapping.files import DIALECTS

STANDARD, MYSQL, POSTGRESQL, SQLSERVER = DIALECTS
SIGNS = {  # what tells a dialect by the first thousands of characters of a dump
    MYSQL: r"MySQL dump|MariaDB dump|/\*!\d{5}|(?:INTO|TABLE)\s+(?:IF NOT EXISTS )?`",
    POSTGRESQL: r"PostgreSQL database dump|pg_catalog|^COPY .* FROM stdin;",
    SQLSERVER: r"^GO\s*$|SET IDENTITY_INSERT|\[dbo\]|\bN'",
}
NAME = r'(?:`[^`]+`|"[^"]+"|\[[^\]]+\]|[\w$#@]+)'
PATH = rf"{NAME}(?:\s*\.\s*{NAME})*"
PLAIN = r"'(?:[^']++|'')*+'"
DOUBLE = r'"(?:[^"\\]++|\\.|"")*+"'
ESCAPED = r"'(?:[^'\\]++|\\.|'')*+'"
LETTERS = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "f": "\f", "v": "\v"}
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{3})|(.))", re.DOTALL)
TYPED = ("CAST", "CONVERT", "TO_DATE", "TO_TIMESTAMP", "DATE", "DATETIME", "TIMESTAMP", "TRY_CAST")
SQLITE = {"'\\n',char(10)": ("\\n", "\n"), "'\\r',char(13)": ("\\r", "\r")}  # how SQLite dumps line ends
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
HEXADECIMAL, TRUTHS = ("0x", "0X"), ("TRUE", "FALSE")
STRING = re.compile(r"(?P<before>[A-Za-z_][\w]*\s*)?'(?P<text>.*)'(?P<after>\s*::.*)?$", re.DOTALL)


def dialect_of(head: str) -> str:
    return next((name for name, signs in SIGNS.items() if re.search(signs, head, re.MULTILINE)), STANDARD)


@dataclass(frozen=True)
class Words:
    """`row` matches one row of VALUES, `value` one value of it, `skipped` text up to the end of a statement."""

    dialect: str
    value: re.Pattern[str]
    row: re.Pattern[str]
    skipped: re.Pattern[str]

    def cells(self, row: str) -> list[str | None]:
        """The values of a row as text; ValueError for one that the database would have to compute."""
        found: list[str | None] = []
        for raw in self.value.findall(row, 1, len(row) - 1):
            if NUMBER.fullmatch(raw):
                found.append(raw)
            elif raw == "NULL":
                found.append(None)
            elif raw[0] == "'" == raw[-1] and "\\" not in raw and "''" not in raw:
                found.append(raw[1:-1])
            else:
                found.append(self.cell(raw))
        return found

    def cell(self, raw: str) -> str | None:
        if raw[0] == "'" and raw[-1] == "'":
            return self._text(raw[1:-1], self.dialect == MYSQL)
        if raw[0] == '"' and raw[-1] == '"' and self.dialect == MYSQL:
            return self._text(raw[1:-1].replace('""', '"'), True)
        found = STRING.match(raw)
        if found:
            before = (found["before"] or "").strip().upper()
            return self._text(found["text"], self.dialect == MYSQL or before == "E")
        if raw[-1] == ")":
            return self._first(raw)
        word = raw.split("::")[0]
        if word.upper() == "NULL":
            return None
        if word[:2] in HEXADECIMAL:
            return word[2:]
        if not NUMBER.fullmatch(word.strip()) and word.upper().strip() not in TRUTHS:
            raise ValueError("a word such as DEFAULT, or a sum")
        return word

    def _first(self, call: str) -> str | None:
        """CAST('2020-01-01' AS date), TO_DATE('2020-01-01', ...) are their first argument."""
        name, inner = call[:-1].split("(", 1)
        name = name.strip().upper()
        if name == "CONVERT":  # (type, value, style)
            inner = inner.split(",", 1)[-1]
        found = self.value.match(inner.strip())
        text = self.cell(found.group()) if found and name in (*TYPED, "REPLACE") else None
        if text is None:
            raise ValueError(name)
        return _replaced(text, inner) if name == "REPLACE" else text

    def _text(self, text: str, escapes: bool) -> str:
        text = text.replace("''", "'") if "'" in text else text
        return unescaped(text) if escapes and "\\" in text else text


def _replaced(text: str, arguments: str) -> str:
    old, new = next((pair for end, pair in SQLITE.items() if arguments.rstrip().endswith(end)), ("", ""))
    if not old:
        raise ValueError("REPLACE")
    return text.replace(old, new)


def unescaped(text: str) -> str:
    return ESCAPE.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    hexadecimal, octal, letter = found.groups()
    if letter is None:
        return chr(int(hexadecimal, 16) if hexadecimal else int(octal, 8))
    return LETTERS.get(letter, letter)


@cache
def words(dialect: str) -> Words:
    plain = ESCAPED if dialect == MYSQL else PLAIN
    cast = r"(?:\s*::\s*[\w\" .\[\]]+(?:\(\d+(?:,\d+)?\))?)?"
    plain = rf"(?:{plain}|{DOUBLE})" if dialect == MYSQL else plain
    text = rf"(?:[Ee]{ESCAPED}|(?:[A-Za-z_]\w*\s*)?{plain}){cast}"
    inner = rf"(?:[^()']++|{plain})"
    for _ in range(2):  # calls within calls
        inner = rf"(?:[^()']++|{plain}|\({inner}*\))"
    call = rf"\w+\s*\({inner}*\)"
    value = rf"(?:{text}|{call}|[^\s,()'][^\s,()';]*{cast})"
    body = r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
    free = r"[^;'\"`\-/$\n]++"
    held = rf"{plain}|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|{body}"
    skipped = rf"(?:{free}|{held}|[\-/$]|\n(?!\s*GO\s*\n))*+(?:;|\n\s*GO\s*\n)"
    return Words(
        dialect,
        re.compile(value, re.DOTALL),
        re.compile(rf"\(\s*{value}(?:\s*,\s*{value})*+\s*\)", re.DOTALL),
        re.compile(skipped, re.DOTALL | re.IGNORECASE),
    )


def bare(name: str) -> str:
    """A name, perhaps with its schema, without quotes."""
    return ".".join(part.strip('`"[]') for part in re.findall(NAME, name))


def last_part(name: str) -> str:
    """Without the schema."""
    return name.rsplit(".", 1)[-1].lower()
