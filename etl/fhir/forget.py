"""A person's resources taken out of files of FHIR: lines of NDJSON, entries of bundles, their Binaries."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from contract.errors import InputError
from contract.work import Leaving, Purged
from etl.fhir.attachments import KINDS, attachments
from etl.fhir.cut import cut
from etl.fhir.documents import document
from etl.fhir.entry import BOM, Deleted, Entry, Fault, Item
from etl.fhir.files import is_fhir
from etl.fhir.manifest import is_manifest, promised
from etl.fhir.owner import SHARED, owner
from etl.fhir.people import by_identifier
from etl.fhir.pieces import pieces
from etl.mentions import Mentions
from etl.rewrite import remove, renamed, rewrite

POINTS = re.compile(rb'"(?:attachment|presentedForm)"')  # in resources that point to files and Binaries
BINARY = re.compile(rb"Binary/([A-Za-z0-9\-.]{1,64})")


def forget(folder: Path, leaving: Leaving) -> list[Purged]:
    """Every delivery below the folder, whichever night it was for."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
    deliveries: dict[Path, list[Path]] = {}
    for file in files:
        within = file.relative_to(folder).parts
        deliveries.setdefault(folder / within[0] if len(within) > 1 else folder, []).append(file)
    return [purged for root, some in deliveries.items() for purged in _Delivery(root, some, leaving).run()]


@dataclass
class _Delivery:
    root: Path
    files: list[Path]
    leaving: Leaving
    binaries: set[str] = field(default_factory=set)  # ids of those that only the person's documents point to
    beside: set[Path] = field(default_factory=set)  # files of the delivery that only they point to

    @cached_property
    def _mentions(self) -> Mentions:
        ids = {id_.rpartition("/")[2] for id_ in self.leaving.ids}
        return Mentions(self.leaving.words | self.leaving.keys | ids)

    @cached_property
    def _marks(self) -> list[bytes]:
        """One of them stands in whatever may be the person's, where it can be read."""
        return [b'"DELETE"', *(word.encode() for word in self.leaving.words | self.leaving.keys)]

    @cached_property
    def _named(self) -> re.Pattern[bytes]:
        keys = b"|".join(re.escape(key.encode()) for key in sorted(self.leaving.keys))
        return re.compile(rb"Patient/(?:" + keys + rb")(?![A-Za-z0-9.\-])")

    def __post_init__(self) -> None:
        self._patients = by_identifier(self.files)
        self._listed = bool(promised(self.files))  # where a manifest lists files, one that goes would be missed

    def run(self) -> list[Purged]:
        self._look()
        taken = [purged for file in self.files if is_fhir(file) for purged in self._purge(file)]
        self._recount({purged.path.name.removesuffix(".gz"): purged.rows for purged in taken})
        return taken + [remove(file, 1) for file in sorted(self.beside) if file.exists()]

    def _look(self) -> None:
        """Which Binaries and files belong to documents of the person, and to no others."""
        theirs: tuple[set[str], set[Path]] = (set(), set())
        others: tuple[set[str], set[Path]] = (set(), set())
        for file in filter(is_fhir, self.files):
            for item in (item for piece in pieces(file) if POINTS.search(piece) for item in document(piece)):
                if isinstance(item, Entry) and item.kind in KINDS:
                    binaries, files = theirs if self._goes(item) else others
                    binaries.update(found.decode() for found in BINARY.findall(item.raw))
                    files.update(self._beside(item))
        self.binaries, self.beside = theirs[0] - others[0], theirs[1] - others[1]

    def _beside(self, entry: Entry) -> Iterator[Path]:
        for attachment in attachments(entry.kind, entry.resource):
            url = attachment.get("url")
            if isinstance(url, str) and "://" not in url.removeprefix("file://./"):
                place = (self.root / unquote(url.removeprefix("file://./"))).resolve()
                if place.is_relative_to(self.root.resolve()) and place.is_file():
                    yield place

    def _goes(self, item: Item) -> bool:
        if isinstance(item, Deleted):
            return item.id in self.leaving.keys if item.kind == "Patient" else self._known(item.kind, item.id)
        if isinstance(item, Fault):
            return self._mentions.inside(item.raw.decode("utf-8", "replace"))
        key = self._whose(item)
        if key == SHARED:
            id_ = item.resource.get("id")
            return bool(self._named.search(item.raw)) or (item.kind == "Binary" and id_ in self.binaries)
        return key in self.leaving.keys

    def _known(self, kind: str, id_: str) -> bool:
        return f"{kind}/{id_}" in self.leaving.ids

    def _purge(self, file: Path) -> Iterator[Purged]:
        kinds = {item.kind for piece in pieces(file) for item in self._items(piece) if self._goes(item)}
        if not kinds:
            return
        try:
            found = [self._without(piece) for piece in pieces(file)]
        except (ValueError, IndexError) as error:
            raise InputError(
                f"{file} names the person, but is no valid JSON, so they cannot be taken out of it. Mend or remove the "
                "file by hand, then run `chartloom forget` again: it goes on where it stopped."
            ) from error
        left, rows = [text for text, _ in found], sum(gone for _, gone in found)
        empty = not any(text.removeprefix(BOM).strip() for text in left)
        if empty and not self._listed:
            yield remove(file, rows)
        else:
            done = rewrite(file, left, rows)
            yield renamed(done) if "Patient" in kinds and not self._listed and self._nobodys(left) else done

    def _nobodys(self, left: list[bytes]) -> bool:
        """True where nobody else's resources are left: such a file may be called after the person."""
        items = (item for text in left if text.strip() for item in document(text.removeprefix(BOM)))
        return all(isinstance(item, Entry) and self._whose(item) == SHARED for item in items)

    def _whose(self, entry: Entry) -> str:
        return owner(entry.kind, entry.resource, entry.urls, lambda *named: self._patients.get(named))

    def _items(self, piece: bytes) -> list[Item]:
        """Of a piece that may be the person's, or that nobody can read; others are not looked into."""
        if not piece.strip():
            return []
        marked = any(mark in piece for mark in self._marks)
        binary = any(id_ in piece for id_ in self._shelved)
        return list(document(piece.removeprefix(BOM))) if marked or binary or not _readable(piece) else []

    @cached_property
    def _shelved(self) -> list[bytes]:
        return [id_.encode() for id_ in sorted(self.binaries)]

    def _without(self, piece: bytes) -> tuple[bytes, int]:
        """What is left of a line or document, and how many resources went with the rest."""
        items = self._items(piece)
        gone = [item for item in items if self._goes(item)]
        if not gone or len(gone) == len(items):
            return (b"", len(gone)) if gone else (piece, 0)
        ordinals = {item.line for item in gone if not isinstance(item, Deleted)}
        return cut(piece, lambda place, entry: place in ordinals or self._deletes(entry)), len(gone)

    def _deletes(self, entry: Any) -> bool:
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict) or request.get("method") != "DELETE":
            return False
        kind, _, id_ = str(request.get("url")).strip("/").partition("/")
        return self._goes(Deleted(kind, id_))

    def _recount(self, gone: dict[str, int]) -> None:
        """A manifest that promises resources must not promise those that went."""
        for file in self.files if gone and self._listed else ():
            if file.suffix == ".json" and file.exists():
                found = _read(file)
                if is_manifest(found):
                    rewrite(file, [orjson.dumps(_fewer(found, gone), option=orjson.OPT_INDENT_2)], 0)


def _readable(piece: bytes) -> bool:
    try:
        orjson.loads(piece.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return False
    return True


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        return None


def _fewer(manifest: dict[str, Any], gone: dict[str, int]) -> dict[str, Any]:
    outputs: Iterable[Any] = (*manifest["output"], *(manifest.get("deleted") or ()))
    for output in outputs:
        if isinstance(output, dict) and isinstance(output.get("count"), int):
            name = Path(unquote(str(output.get("url")))).name.removesuffix(".gz")
            output["count"] -= gone.get(name, 0)
    return manifest
