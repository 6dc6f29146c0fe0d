"""Attachments that stand elsewhere in a delivery, in a file of it or in a Binary, become part of their document."""

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from etl.fhir.exacting import write

KINDS = frozenset({"DocumentReference", "DiagnosticReport"})
LARGEST = 32 << 20  # bytes of a file that is taken into its document
Fetch = Callable[[str], tuple[str, str | None] | None]
"""url -> (base64 data, contentType or None), when it is at hand."""


def attachments(kind: str, resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if kind == "DiagnosticReport":
        found = resource.get("presentedForm")
    else:
        content = resource.get("content")
        found = [c.get("attachment") for c in content if isinstance(c, dict)] if isinstance(content, list) else ()
    for attachment in found if isinstance(found, list) else ():
        if isinstance(attachment, dict):
            yield attachment


def inline(kind: str, resource: dict[str, Any], fetch: Fetch) -> bytes | None:
    """The resource with the data of its attachments, as JSON; None when there was nothing to add."""
    added = False
    for attachment in attachments(kind, resource):
        url = attachment.get("url")
        found = fetch(url) if isinstance(url, str) and not attachment.get("data") else None
        if found:
            attachment["data"] = found[0]
            if found[1] and not attachment.get("contentType"):
                attachment["contentType"] = found[1]
            added = True
    return write(resource) if added else None


def file_of(folder: Path, url: str) -> tuple[str, str | None] | None:
    """A file of the delivery by relative path; nothing outside its folder is ever read."""
    if "://" in url or url.startswith(("urn:", "data:")):
        url = url.removeprefix("file://./") if url.startswith("file://./") else ""
    if not url:
        return None
    place = (folder / unquote(url)).resolve()
    inside = place.is_relative_to(folder.resolve())
    if not (inside and place.is_file() and place.stat().st_size <= LARGEST):
        return None
    return base64.b64encode(place.read_bytes()).decode("ascii"), None
