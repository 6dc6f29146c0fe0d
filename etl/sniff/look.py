"""What lies in a folder of unknown exports: which files are tables, and a sample of the rows of each."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from contract.errors import InputError

ROWS = 100_000  # of each table; keys and references are judged on them
HEAD = 1 << 20  # bytes looked at to tell how a file is written
TOGETHER = 3  # files with one header from which on they are one table, a file a person or a day
FILE = "FILE"  # the column that tells them apart
SAMPLED = 50  # of such files
DATED = r"(?:19|20)\d\d[-_]?\d\d"  # in a name: of a delivery, not of what is delivered
NO_WORD = ("part", "file", "data", "chunk", "parquet", "csv", "txt", "")  # of files and folders
STAMP = re.compile(DATED + r"[-_T\d]*")
ABOUT = re.compile(r"(readme|licen[sc]e|changes|changelog|sha256sums?|md5sums?|notice|copying)\b")
ENDINGS = (".csv", ".txt", ".tsv", ".psv", ".dat", ".tab", ".gz", ".parquet")
OTHERS = {  # ending -> what to say of it
    (".hl7",): "HL7 v2 messages: the mapping hl7v2 reads them (docs/hl7v2.md)",
    (".ccda", ".cda", ".xml"): "XML: if it is C-CDA, the mapping ccda reads it (docs/ccda.md)",
    (
        ".ndjson",
        ".json",
        ".jsonl",
    ): "JSON: if it is FHIR R4, the source etl.sources.fhir:Fhir reads it (docs/fhir-source.md)",
    (".sql",): "an SQL dump: say `format: {kind: sql}` in a mapping of your own (docs/mapping.md)",
    (".xlsx", ".xls", ".sas7bdat", ".dta", ".rda"): "no format that is read: export it as CSV or Parquet",
}


@dataclass(frozen=True)
class Found:
    """A table: its files (by one of their number), how they are written, and a sample of their rows as text."""

    name: str
    pattern: str
    files: int
    format: dict[str, object]
    rows: pa.Table
    whole: bool  # the sample is all there is
    from_path: str = ""  # what in the name of a file tells it from the others; it stands in the column FILE
    problems: tuple[str, ...] = ()
    plain: bool = False  # no letter beyond ASCII in what was looked at


@dataclass
class Looked:
    tables: list[Found] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)  # what is said of files that are no tables -> how many


def look(folder: Path) -> Looked:
    """Tables in the order of their names."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder. Say the folder that holds the export.")
    looked = Looked()
    same: dict[tuple[Path, bytes], list[Path]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith((".", "~"))):
        said = _other(path)
        if said:
            looked.others[said] = looked.others.get(said, 0) + 1
        elif path.stat().st_size:
            same.setdefault((path.parent, _heading(path)), []).append(path)
    for paths in same.values():
        looked.tables += list(_tables(folder, paths))
    looked.tables = _apart(_undated(looked.tables))
    _one_encoding(looked.tables)
    if not looked.tables and not looked.others:
        raise InputError(f"{folder}: nothing lies there. Put the export there, or say another folder.")
    looked.tables.sort(key=lambda table: table.name)
    return looked


def _other(path: Path) -> str:
    name = path.name.lower()
    if ABOUT.match(name):
        return "about the export, not of it (README, licence, checksums)"
    for endings, said in OTHERS.items():
        if name.removesuffix(".gz").endswith(endings):
            return said
    return "" if name.endswith(ENDINGS) else "of a kind that is not known here"


def _head(path: Path, size: int) -> bytes:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return file.read(size)


def _heading(path: Path) -> bytes:
    """What files of one table share: their first line, or the names of their columns."""
    if path.suffix == ".parquet":
        return "\n".join(pq.read_schema(path).names).encode()
    return _head(path, 1 << 12).split(b"\n")[0]


def _apart(tables: list[Found]) -> list[Found]:
    """No two tables under one name: folders tell them apart."""
    names = [table.name for table in tables]
    for i, table in enumerate(tables):
        if names.count(table.name) > 1:
            folders = [part for part in Path(table.pattern).parts[:-1] if "*" not in part]
            longer = _plain("_".join([*folders, table.name]) + ".csv")
            tables[i] = replace(table, name=longer if longer not in names else f"{longer}_{i}")
    return tables


def _undated(tables: list[Found]) -> list[Found]:
    """Where all lies in one folder named for its day, that folder is the delivery, not a part of the names."""
    folders = {Path(table.pattern).parts[0] for table in tables if "/" in table.pattern}
    if len(folders) != 1 or not re.search(DATED, min(folders)) or not all("/" in table.pattern for table in tables):
        return tables
    return [replace(table, pattern=table.pattern.partition("/")[2]) for table in tables]


def _one_encoding(tables: list[Found]) -> None:
    """Files that happen to hold plain letters only are written as their neighbours are."""
    said = {str(table.format["encoding"]) for table in tables if "encoding" in table.format}
    for table in tables:
        if len(said) == 1 and table.plain and "encoding" not in table.format:
            table.format["encoding"] = min(said)


def _written(path: Path) -> dict[str, object] | None:
    """`format` of the mapping language; None: no table can be made out."""
    if path.suffix == ".parquet":
        return {"kind": "parquet"}
    encoding = _encoding(path)
    options = f", encoding='{encoding}'" if encoding else ""
    try:
        found = _asked(f"SELECT * FROM sniff_csv(?, all_varchar=true{options})", path)
    except duckdb.Error:
        return None
    row = found.to_pylist()[0]
    written: dict[str, object] = {"encoding": encoding} if encoding else {}
    if not row["HasHeader"]:
        written["header"] = [f"C{i}" for i in range(1, len(row["Columns"]) + 1)]
    if row["Delimiter"] not in (",", ";", "\t", "|"):
        written["delimiter"] = row["Delimiter"]
    if row["SkipRows"]:
        written["skip"] = row["SkipRows"]
    return written


def _asked(query: str, path: Path) -> pa.Table:
    relation = duckdb.sql(query, params=[str(path)])
    return relation.to_arrow_table() if relation is not None else pa.table({})


def _encoding(path: Path) -> str:
    """Empty: UTF-8."""
    head = _head(path, HEAD)
    cut = head.rfind(b"\n") + 1 or len(head)
    try:
        head[:cut].decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return ""


def _tables(folder: Path, paths: list[Path]) -> Iterator[Found]:
    """Files with the same first line in one folder are one table when there are many; else each is its own."""
    alike = len({re.sub(r"\d+", "", path.name) for path in paths}) == 1 < len(paths)
    if len(paths) >= TOGETHER or alike:
        written = _written(paths[0])
        if written is not None:
            place = paths[0].parent.relative_to(folder)
            names = [path.name for path in paths]
            name = _title(Path(_common(names)).stem, place)
            yield _found(name, str(place / _pattern(names)), paths, written)
            return
    for path in paths:
        written = _written(path)
        relative = str(path.relative_to(folder).parent / STAMP.sub("*", path.name.removesuffix(".gz")))
        name = _title(STAMP.sub("", path.name.removesuffix(".gz")).rpartition(".")[0], path.parent.relative_to(folder))
        if written is None:
            yield Found(name, relative, 1, {}, pa.table({}), True, problems=("no table could be made out in it",))
        else:
            yield _found(name, relative, [path], written)


def _found(name: str, pattern: str, paths: list[Path], written: dict[str, object]) -> Found:
    parts, left = [], ROWS
    named = _naming(paths)
    for path in paths[:SAMPLED]:
        rows = _sample(path, written, left)
        if named:
            found = re.search(named, path.name)
            rows = rows.append_column(FILE, pa.repeat(found[1] if found else "", len(rows)))
        left -= len(rows)
        parts.append(rows)
        if left <= 0:
            break
    whole = left > 0 and len(paths) <= SAMPLED
    every = pa.concat_tables(parts, promote_options="default")
    plain = written.get("kind") != "parquet" and all(_head(path, HEAD).isascii() for path in paths[:SAMPLED])
    return Found(name, pattern, len(paths), dict(written), every, whole, from_path=named, plain=plain)


def _naming(paths: list[Path]) -> str:
    """Where many files are one table: the number in their names, as a regular expression."""
    names = [path.name for path in paths]
    numbers = [re.search(r"(\d+)(?=\D*$)", name) for name in names]
    if len(paths) < TOGETHER or not all(numbers) or len({found[1] for found in numbers if found}) < len(paths):
        return ""
    ending = re.escape(re.sub(r"^.*\d", "", names[0].removesuffix(".gz")))
    return rf"(\d+){ending}"


def _sample(path: Path, written: dict[str, object], limit: int) -> pa.Table:
    if written.get("kind") == "parquet":
        batches = list(islice(pq.ParquetFile(path).iter_batches(limit), 1))
        rows = pa.Table.from_batches(batches) if batches else pq.read_table(path)
        return pa.table({name: rows.column(name).cast(pa.string()) for name in rows.column_names if _flat(rows, name)})
    options = f", encoding='{written['encoding']}'" if "encoding" in written else ""
    lenient = f"all_varchar=true, ignore_errors=true, null_padding=true, parallel=false{options}"
    query = f"SELECT * FROM read_csv(?, {lenient}) LIMIT {limit}"
    rows = _asked(query, path)
    return rows.rename_columns(written["header"]) if "header" in written else rows


def _title(stem: str, place: Path) -> str:
    """The file's own word; the folder's where it is but a number, a letter or the part of a whole."""
    word = stem.strip("_-. ")
    bare = re.sub(r"[\d_-]+", "", word)
    folders = [part for part in place.parts if part.lower() not in NO_WORD]
    spoken = len(bare) > 1 and bare.lower() not in NO_WORD
    return _plain((word if spoken or not folders else folders[-1]) + ".csv")


def _flat(rows: pa.Table, name: str) -> bool:
    return not pa.types.is_nested(rows.schema.field(name).type)


def _pattern(names: list[str]) -> str:
    first = _common(names)
    ending = Path(names[0].removesuffix(".gz")).suffix
    return f"{first}*{ending}"


def _common(names: list[str]) -> str:
    first = names[0]
    while not all(name.startswith(first) for name in names):
        first = first[:-1]
    return first.rstrip("0123456789")


def _plain(name: str) -> str:
    """A name for the mapping's file."""
    stem = name.removesuffix(".gz").rpartition(".")[0] or name
    plain = "".join(char if char.isalnum() or char == "_" else "_" for char in stem).strip("_").lower()
    return plain or "rows"
