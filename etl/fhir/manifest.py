"""The manifest of a bulk export: which files it is made of, and how many resources each should hold."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

LARGEST = 16 << 20  # bytes; a list of files is not longer


def is_manifest(found: Any) -> bool:
    return isinstance(found, dict) and isinstance(found.get("output"), list) and "resourceType" not in found


def promised(files: Iterable[Path]) -> dict[str, int | None]:
    """File name -> number of resources, where the manifest says so; without a manifest nothing is promised."""
    for file in files:
        if file.suffix == ".json" and "manifest" in file.name.lower() and file.stat().st_size < LARGEST:
            try:
                found = orjson.loads(file.read_bytes())
            except orjson.JSONDecodeError:
                continue  # reading it will say so
            if is_manifest(found):
                return dict(_outputs(found))
    return {}


def missing(files: Iterable[Path]) -> list[str]:
    """Names that the manifest lists and the folder lacks; none when the files were given names of their own."""
    listed, names = promised(files), {file.name.removesuffix(".gz") for file in files}
    absent = [name for name in listed if name not in names]
    return absent if len(absent) < len(listed) else []


def _outputs(manifest: Mapping[str, Any]) -> Iterable[tuple[str, int | None]]:
    for output in (*manifest["output"], *(manifest.get("deleted") or ())):
        if isinstance(output, dict) and isinstance(output.get("url"), str):
            count = output.get("count")
            name = unquote(urlsplit(output["url"]).path.rpartition("/")[2]).removesuffix(".gz")
            yield name, count if isinstance(count, int) else None
