"""What a file of FHIR holds, one by one: a resource, a fault, or a deletion."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeGuard

ID = r"[A-Za-z0-9\-.]{1,64}"
BOM = b"\xef\xbb\xbf"
NO_URLS: Mapping[str, str] = {}


class Entry(NamedTuple):
    """`line` counts lines of NDJSON or entries of a bundle, from 1; `urls` are the bundle's fullUrl -> Type/id."""

    line: int
    kind: str
    resource: dict[str, Any]
    raw: bytes
    urls: Mapping[str, str] = NO_URLS


@dataclass(frozen=True)
class Fault:
    line: int
    rule: str
    message: str
    raw: bytes
    kind: str = ""
    element: str = ""


class Deleted(NamedTuple):
    kind: str
    id: str


Item = Entry | Fault | Deleted


def good_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch(ID, value) is not None


def text_of(raw: bytes) -> str:
    """For quarantine: bytes that are no UTF-8 are shown as escapes."""
    return raw.decode("utf-8", "backslashreplace")
