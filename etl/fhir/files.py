"""Files of FHIR on disk: which belong together, which are complete, and what stands in them."""

import gzip
import io
import os
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson

from contract.errors import InputError
from contract.work import LACKING, UNKNOWN, WRITING, Delivery, Group
from etl.fhir.documents import ALL, Wanted, document, expand
from etl.fhir.entry import BOM, Deleted, Entry, Fault, Item
from etl.fhir.exacting import repeats
from etl.fhir.manifest import missing
from etl.inbox import UNFINISHED

SUFFIXES = (".json", ".ndjson", ".jsonl")
LEFT_ALONE = frozenset({"log.ndjson", "log.ndjson.gz"})  # a bulk client's own diary
LONGEST_LINE = 256 << 20


def groups(root: Path, path: str, delivery: Delivery, settle_s: float, now: float) -> list[Group]:
    """The folder itself when it holds FHIR files, else its sub-folders by name; of full deliveries the newest."""
    folders = _folders(root, path)
    if delivery == "full":  # while the newest is being written, an older one must not take its place
        folders = _newest(folders)[:1]
    ready = [folder for folder in folders if not _wanting(folder, settle_s, now)]
    return [_group(root, folder) for folder in ready if any(map(is_fhir, _files(folder)))]


def aside(root: Path, path: str, delivery: Delivery, settle_s: float, now: float) -> Counter[str]:
    """What `groups` leaves, counted."""
    folders = _folders(root, path)
    if delivery == "full":
        folders = _newest(folders)
    files = {*_visible(root / path), *(file for folder in folders for file in _files(folder))}
    strange = [f for f in files if not (is_fhir(f) or _unfinished(f, 0, now) or f.name.lower() in LEFT_ALONE)]
    found = Counter(filter(None, (_wanting(folder, settle_s, now) for folder in folders)))
    return +(found + Counter({UNKNOWN: len(strange)}))


def _folders(root: Path, path: str) -> list[Path]:
    folder = root / path
    if not folder.is_dir():
        raise InputError(
            f"the inbox folder {path!r} is not there. Make it, or mend `path` of the source in pipelines.yaml."
        )
    holds_files = any(is_fhir(file) for file in folder.iterdir() if file.is_file())
    return [folder] if holds_files else sorted(sub for sub in folder.iterdir() if sub.is_dir() and sub.name[0] != ".")


def _newest(folders: list[Path]) -> list[Path]:
    """The last that holds FHIR, and those behind it that hold none yet; without such a one all."""
    holding = [number for number, sub in enumerate(folders) if any(is_fhir(file) for file in sub.rglob("*"))]
    return folders[holding[-1] if holding else 0 :]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))


def _visible(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")]


def _wanting(folder: Path, settle_s: float, now: float) -> str:
    """Why a group is left for another night; empty: it is complete."""
    if any(_unfinished(file, settle_s, now) for file in folder.rglob("*") if file.is_file()):
        return WRITING
    return LACKING if missing(_files(folder)) else ""


def _group(root: Path, folder: Path) -> Group:
    name = folder.relative_to(root) if folder.is_relative_to(root) else folder  # the inbox may be anywhere
    return Group(name.as_posix(), tuple(_files(folder)))


def _unfinished(file: Path, settle_s: float, now: float) -> bool:
    hidden = file.name.startswith(".") and any(suffix in file.name for suffix in SUFFIXES)
    named = file.name.lower().endswith(UNFINISHED)
    visible = not file.name.startswith(".")
    return hidden or named or (visible and settle_s > 0 and file.stat().st_mtime > now - settle_s)


def is_fhir(file: Path) -> bool:
    name = file.name.lower().removesuffix(".gz")
    return name.endswith(SUFFIXES) and not file.name.startswith(".") and file.name.lower() not in LEFT_ALONE


def folder_of(group: Group) -> Path:
    return Path(os.path.commonpath([file.parent for file in group.files]))


def items(file: Path, wanted: Wanted = ALL) -> Iterator[Item]:
    """What one file holds.

    NDJSON is streamed; other JSON is held in memory one file at a time.
    """
    try:
        with opened(file) as stream:
            if file.name.lower().removesuffix(".gz").endswith(".json"):
                yield from _whole(stream, wanted)
            else:
                yield from _lines(stream, wanted)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Fault(0, "truncated-file", "the .gz file ends early or is damaged; deliver it again", b"")


def opened(file: Path) -> io.BufferedIOBase:
    return gzip.GzipFile(file) if file.name.lower().endswith(".gz") else io.BufferedReader(io.FileIO(file), 1 << 20)


def _whole(stream: io.BufferedIOBase, wanted: Wanted) -> Iterator[Item]:
    """One document; of a file cut short, what could be read of it."""
    parts: list[bytes] = []
    try:
        while part := stream.read1(1 << 20):
            parts.append(part)
    except (EOFError, zlib.error):
        yield from _document(b"".join(parts), wanted)
        raise
    yield from _document(b"".join(parts), wanted)


def _document(raw: bytes, wanted: Wanted) -> Iterator[Item]:
    raw = raw.removeprefix(BOM)
    if wanted.mark not in raw:
        return
    first, _, rest = raw.lstrip().partition(b"\n")
    if rest.lstrip().startswith(b"{") and first.rstrip().endswith(b"}"):
        yield from _lines(io.BytesIO(raw), wanted)  # NDJSON by another name
    else:
        yield from document(raw, wanted)


def _lines(stream: io.BufferedIOBase, wanted: Wanted) -> Iterator[Item]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            line = line.removeprefix(BOM)
            if line.strip() in (b"{", b"["):  # one document, spread over lines
                yield from document(line + stream.read(), wanted)
                return
        line = line.strip()
        if line and wanted.mark in line:
            yield from _line(number, line, wanted)


def _line(number: int, raw: bytes, wanted: Wanted) -> Iterator[Item]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        yield _unreadable(number, raw)
        return
    kind = found.get("resourceType") if isinstance(found, dict) else None
    if kind == "Bundle" or not isinstance(kind, str):
        yield from (_at(item, number) for item in expand(found, raw, wanted))
        return
    repeated = repeats(raw, found) if wanted.exact else ""
    if repeated:
        message = "an object names this element twice; only the exporting system can say which one holds"
        yield Fault(number, "repeated-name", message, raw, kind, repeated)
    else:
        yield Entry(number, kind, found, raw)


def _unreadable(number: int, raw: bytes) -> Fault:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return Fault(number, "encoding", "text that is no UTF-8; export it as UTF-8", raw)
    return Fault(number, "json-syntax", "no valid JSON, or cut off; export the resource again", raw)


def _at(item: Item, number: int) -> Item:
    if isinstance(item, Deleted):
        return item
    return (
        item._replace(line=number)
        if isinstance(item, Entry)
        else Fault(number, item.rule, item.message, item.raw, item.kind, item.element)
    )
