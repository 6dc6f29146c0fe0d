"""Binary resources of a group, set aside for the documents whose attachments point to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.fhir.spool import FLUSH_BYTES, write_part

SHELVED = pa.schema([("id", pa.string()), ("data", pa.large_string()), ("type", pa.string())])


@dataclass
class Shelf:
    """Memory stays under FLUSH_BYTES and the largest Binary."""

    folder: Path
    _held: list[dict[str, str]] = field(default_factory=list)
    _bytes: int = 0
    _parts: int = 0

    def add(self, binary: Mapping[str, Any]) -> None:
        data = binary.get("data")
        if isinstance(data, str):
            self._held.append({"id": binary["id"], "data": data, "type": str(binary.get("contentType") or "")})
            self._bytes += len(data)
        if self._bytes >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._held:
            self.folder.mkdir(parents=True, exist_ok=True)
            rows = pa.Table.from_pylist(self._held, schema=SHELVED)
            write_part(self.folder / f"{self._parts:06d}.arrow", rows, compression=None)
            self._held, self._bytes, self._parts = [], 0, self._parts + 1


def fetch(folder: Path, ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """id -> (base64 data, contentType) of those that are there; the others are not read from disk."""
    wanted = pa.array(sorted(set(ids)), pa.string())
    found = {}
    for file in sorted(folder.glob("*.arrow")) if len(wanted) else ():
        rows = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
        for row in rows.filter(pc.is_in(rows.column("id"), wanted)).to_pylist():
            found[row["id"]] = (row["data"], row["type"] or None)
    return found


def binary_id(url: Any) -> str:
    """Of Binary/id, with or without server and version; else nothing."""
    path, _, id_ = str(url).partition("/_history/")[0].rpartition("/")
    return id_ if path == "Binary" or path.endswith("/Binary") else ""
