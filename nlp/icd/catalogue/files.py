"""Code tables that a site supplies: order files of CMS, its lists of titles, and CSV; one reader, which looks first.

| layout | looks like | who has it |
|---|---|---|
| order | `00001 A00     0 Cholera   Cholera`: fixed columns | CMS: icd10cm-order-YYYY.txt, icd10pcs-order-YYYY.txt |
| titles | `0010  Cholera due to vibrio cholerae` | CMS: CMS32_DESC_LONG_DX.txt, _SG.txt, icd10cm-codes-YYYY.txt |
| CSV | a header that names `code` and a title | everyone else; comma, semicolon or tab |
"""

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from contract.errors import InputError
from nlp.icd.catalogue.content import Content

ORDER = re.compile(r"^\d{5} [A-Z0-9]{3,7} *[01] ")
TITLE = re.compile(r"^([A-Z]?[0-9A-Z]{2,7}) +(\S.*)$")
CODES = ("code", "dgns_cd", "codigo", "código")
TITLES = ("long", "title", "longdesc", "description", "descripcion", "descripción", "display", "short")
DOTS = {"ICD-10-CM": 3, "ICD-10": 3, "CIE-10-ES": 3, "ICD-9-CM": 3, "ICD-9-PCS": 2}
"""Characters before the dot; a system that is not here writes none. ICD-9-CM's E codes have one more."""
Row = tuple[int, str, str, bool]  # line, code as written, title, billable


def dotted(code: str, system: str) -> str:
    """The code in capitals with its dot, however it was written."""
    plain = code.strip().strip("'\"").strip().upper().replace(".", "")
    at = DOTS.get(system, 0)
    at += system == "ICD-9-CM" and plain.startswith("E")
    return f"{plain[:at]}.{plain[at:]}" if at and len(plain) > at else plain


def lines(path: Path) -> list[str]:
    """Text of a table, plain or gzipped; CMS writes Ménière in cp1252."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except OSError as error:
        raise InputError(f"the code table {path.name} cannot be read: {error}. Give a file that is there.") from error
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace").splitlines()


def read(path: Path, system: str) -> Content:
    found = Content()
    for line, written, title, billable in _rows(path):
        code = dotted(written, system)
        if code in found.titles:
            raise InputError(f"{path.name}, line {line}: the code {code} stands twice. Give a table of one edition.")
        found.titles[code] = title
        if billable:
            found.billable.add(code)
    if not found.titles:
        raise InputError(f"{path.name} holds no code. {LAYOUTS}")
    found.parents = {code: above for code in found.titles if (above := _above(code, found.titles))}
    return found


LAYOUTS = (
    "Expected an order file of CMS (icd10cm-order-2026.txt), lines of a code and its title, "
    "or CSV whose header names `code`, a title (`title` or `long`) and, if it has one, `billable` (0 or 1)."
)


def _above(code: str, known: dict[str, str]) -> str:
    """The longest code that it begins with."""
    shorter = (code[:end].rstrip(".") for end in range(len(code) - 1, 1, -1))
    return next((each for each in shorter if each in known and each != code), "")


def _rows(path: Path) -> Iterator[Row]:
    text = lines(path)
    first = next((line for line in text if line.strip()), "")
    if ORDER.match(first):
        return _order(path, text)
    header = next(csv.reader([first], delimiter=_delimiter(first)), [])
    if any(name.strip().lower() in CODES for name in header):
        return _csv(path, text, _delimiter(first))
    return _titles(path, text)


def _order(path: Path, text: list[str]) -> Iterator[Row]:
    """Columns 7 to 13 the code, 15 whether it may be billed, 17 to 76 the short and 78 on the long title."""
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        if not ORDER.match(line):
            raise InputError(f"{path.name}, line {number} is no line of an order file. {LAYOUTS}")
        yield number, line[6:13], line[77:].strip() or line[16:76].strip(), line[14] == "1"


def _titles(path: Path, text: list[str]) -> Iterator[Row]:
    """Such lists hold billable codes only."""
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        match = TITLE.match(line)
        if not match:
            raise InputError(f"{path.name}, line {number} is not a code and its title. {LAYOUTS}")
        yield number, match[1], match[2].strip(), True


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _csv(path: Path, text: list[str], delimiter: str) -> Iterator[Row]:
    rows = csv.reader(text, delimiter=delimiter)
    header = [name.strip().lower() for name in next(rows)]
    code = next(header.index(name) for name in CODES if name in header)
    title = next((header.index(name) for name in TITLES if name in header), None)
    if title is None:
        raise InputError(f"{path.name} has the columns {', '.join(header)}, but none of {', '.join(TITLES)}. {LAYOUTS}")
    billed = header.index("billable") if "billable" in header else None
    for row in rows:
        if not row:
            continue
        if len(row) != len(header):
            raise InputError(f"{path.name}, line {rows.line_num} has {len(row)} cells, its header {len(header)}.")
        if billed is not None and row[billed].strip() not in ("0", "1"):
            raise InputError(f"{path.name}, line {rows.line_num}: `billable` must be 0 or 1.")
        yield rows.line_num, row[code], row[title].strip(), billed is None or row[billed].strip() == "1"
