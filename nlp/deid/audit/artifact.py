"""What of known persons is left in the files of an artifact or release: vocabularies, weights, tables, archives."""

import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import InputError
from nlp.deid.audit.patterns import Pattern, own
from nlp.deid.audit.scan import LONG, Hit, Scanner
from nlp.deid.audit.strings import leaves, metadata
from nlp.deid.audit.views import views
from nlp.deid.person import Person

TEXTS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".md", ".yaml", ".yml", ".html", ".xml", ".toml", ".log")
ASCII = re.compile(rb"[\x20-\x7e\xc2-\xf4\x80-\xbf]{6,}")
WIDE = (
    (re.compile(rb"(?:[\x20-\x7e]\x00){4,}"), "utf-16-le"),
    (re.compile(rb"(?:[\x20-\x7e]\x00\x00\x00){4,}"), "utf-32-le"),
)
PIECE, OVERLAP = 1 << 20, 200  # characters read at a time, and how many of them twice
DEEPEST = 3  # archives in archives


@dataclass(frozen=True)
class Finding:
    """`file` is below the folder; `where` a member of an archive or a column. What was found is not said: it is PHI."""

    file: str
    where: str
    label: str
    rule: str


def scan_folder(folder: Path, everyone: Iterable[Person]) -> list[Finding]:
    """Numbers, contacts, address lines, whole names of everyone, disguised or not, in names and contents of all files.

    A name alone, a city or a date is no finding: in a vocabulary every one of them is some word.
    """
    if not folder.is_dir():
        raise InputError(f"{folder.name} is no folder; hand in the folder of the artifact or release.")
    scanner = Scanner(patterns(everyone))
    found: dict[Finding, None] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for where, text in [("file name", name), *said(name, path.read_bytes())]:
            found |= {Finding(name, where, hit.label, hit.rule): None for hit in _hits(scanner, text)}
    return list(found)


def patterns(everyone: Iterable[Person]) -> list[Pattern]:
    return list(dict.fromkeys(p for person in everyone for p in own(person) if _tells(p)))


def _tells(pattern: Pattern) -> bool:
    if pattern.rule in ("word", "zip", "date") or pattern.label == "CITY":
        return False
    return len(pattern.text) >= (6 if any(map(str.isdigit, pattern.text)) else LONG)


def _hits(scanner: Scanner, text: str) -> set[Hit]:
    found: set[Hit] = set()
    for start in range(0, max(len(text), 1), PIECE):
        found |= scanner.find_in(views(text[max(start - OVERLAP, 0) : start + PIECE]))
    return found


def said(name: str, raw: bytes, depth: int = 0) -> Iterator[tuple[str, str]]:
    """(where, text) of a file by what it holds; what cannot be read as its kind is read as bytes with text in them."""
    if raw[:4] == b"PAR1":
        yield from _parquet(raw)
    elif zipfile.is_zipfile(io.BytesIO(raw)) and depth < DEEPEST:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.namelist():
                yield member, member
                for where, text in said(member, archive.read(member), depth + 1):
                    yield f"{member} {where}".strip(), text
    elif raw[:2] == b"\x1f\x8b" and depth < DEEPEST:
        yield from said(name.removesuffix(".gz"), gzip.decompress(raw), depth + 1)
    elif Path(name).suffix.lower() in TEXTS or _is_text(raw):
        yield "", raw.decode("utf-8", "replace")
    else:
        yield from _bytes(raw)


def _is_text(raw: bytes) -> bool:
    try:
        return "\x00" not in raw[:PIECE].decode("utf-8")
    except UnicodeDecodeError:
        return False


def _parquet(raw: bytes) -> Iterator[tuple[str, str]]:
    try:
        table = pq.read_table(pa.BufferReader(raw))
    except (pa.ArrowInvalid, OSError):
        yield from _bytes(raw)
        return
    yield from (("metadata", text) for text in (*metadata(table), " \x1f ".join(table.column_names)))
    for leaf in leaves(table):
        yield leaf.path, APART.join(leaf.values.unique().to_pylist())


APART = "\x1f" * 8


def _bytes(raw: bytes) -> Iterator[tuple[str, str]]:
    """Runs of letters in one, two and four bytes: headers of weights, strings of arrays, pickles."""
    yield "bytes", APART.join(run.decode("utf-8", "replace") for run in ASCII.findall(raw))
    for form, coding in WIDE:
        if found := form.findall(raw):
            yield f"bytes ({coding})", APART.join(run.decode(coding, "replace") for run in found)
