"""FHIR out of the lake: bulk NDJSON, one file a type, with the manifest that the bulk data specification asks for."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from difflib import get_close_matches
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from contract.errors import ConfigError, InputError
from etl.fhir.tables import to_json
from runner import audit
from runner.progress import Progress, Silent
from runner.published import published
from schemas.fhir import resource_types
from store.snapshot import Snapshot

SHARDS = 64  # read at a time: about a thousand persons
OTHER = "Other"


def export_fhir(
    lake: Path, out: Path, *, types: Sequence[str] = (), phi: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Writes out/<Type>.ndjson and, last of all, out/manifest.json, which it gives back."""
    snapshot = published(lake)
    for kind in types:
        _require_type(kind)
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty; name a new folder, so that two exports do not mix.")
    prefix = "phi/fhir/" if phi else "fhir/"
    names = [name for name in snapshot.tables() if name.startswith(prefix) and _wanted(name, types)]
    if phi:
        audit.record(lake, "export fhir", " ".join(types))
    out.mkdir(parents=True, exist_ok=True, mode=0o700 if phi else 0o755)
    with ExitStack() as stack:
        files = Files(out, stack, 0o600 if phi else 0o644)
        for name in names:
            _export_table(snapshot, name, types, files, progress or Silent())
    manifest = _manifest(snapshot, files.counts, phi)
    files.write_whole("manifest.json", json.dumps(manifest, indent=1).encode() + b"\n")
    return manifest


def _require_type(kind: str) -> None:
    """Types without columns are of R4 too; that of R4B differs little, and its list is at hand."""
    if kind in resource_types():
        return
    from fhir.resources.R4B import get_fhir_model_class  # the import takes its time

    try:
        found = [each.__name__ for each in get_fhir_model_class(kind).__mro__]
    except (KeyError, ValueError):
        found = []
    if "Resource" not in found:
        near = ", ".join(get_close_matches(kind, resource_types())) or f"{', '.join(list(resource_types())[:3])}, ..."
        raise ConfigError(f"--type {kind}: FHIR R4 has no such type; expected one such as {near}.")


def _wanted(name: str, types: Sequence[str]) -> bool:
    """Any type may lie in Other, so that table is always looked through."""
    return not types or name.endswith("/" + OTHER) or name.split("/")[-1] in types


class Files:
    """The files of one export, opened at their first resource."""

    def __init__(self, out: Path, stack: ExitStack, mode: int) -> None:
        self.out, self.stack, self.mode = out, stack, mode
        self.counts: Counter[str] = Counter()
        self._open: dict[str, BinaryIO] = {}

    def add(self, kind: str, lines: Sequence[bytes]) -> None:
        if kind not in self._open:
            self._open[kind] = self.stack.enter_context(self._create(f"{kind}.ndjson"))
        self._open[kind].writelines(line + b"\n" for line in lines)
        self.counts[kind] += len(lines)

    def write_whole(self, name: str, content: bytes) -> None:
        with self._create(name) as file:
            file.write(content)

    def _create(self, name: str) -> BinaryIO:
        return os.fdopen(os.open(self.out / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self.mode), "wb")


def _export_table(snapshot: Snapshot, name: str, types: Sequence[str], files: Files, progress: Progress) -> None:
    shards = snapshot.shards(name)
    progress.start(name, len(shards), "shards")
    for start in range(0, len(shards), SHARDS):
        held = shards[start : start + SHARDS]
        for kind, rows in _by_kind(name.split("/")[-1], snapshot.read_many(name, held)):
            if len(rows) and (not types or kind in types):
                files.add(kind, to_json(kind, rows))
        progress.advance(name, len(held))
    progress.finish(name)


def _by_kind(table: str, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """fhir/Other holds many types; every other table one."""
    if table != OTHER:
        yield table, rows
        return
    for kind in sorted(pc.unique(rows.column("resourceType")).to_pylist()):
        yield kind, rows.filter(pc.equal(rows.column("resourceType"), kind))


def _manifest(snapshot: Snapshot, counts: Counter[str], phi: bool) -> dict[str, Any]:
    return {
        "transactionTime": snapshot.manifest()["finished"],
        "request": "chartloom export fhir" + (" --phi" if phi else ""),
        "requiresAccessToken": False,
        "output": [{"type": kind, "url": f"{kind}.ndjson", "count": n} for kind, n in sorted(counts.items())],
        "deleted": [],
        "error": [],
    }
