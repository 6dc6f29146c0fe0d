"""Instance identifiers (II): root and extension; and the keys made of them, which are legal FHIR ids."""

import hashlib
import re
from collections.abc import Iterable

from lxml import etree

UUID = re.compile(r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
SSN = "2.16.840.1.113883.4.1"
DIGITS = 32  # hexadecimal, of a key


def identifiers(elements: Iterable[etree._Element]) -> list[tuple[str, str]]:
    """(root, extension) of each that says something; a root alone counts where it can only be one thing's: a UUID, or
    an OID of its own (a UID). The value of such an id is then its root."""
    found = []
    for each in elements:
        root, extension = (each.get("root") or "").strip(), (each.get("extension") or "").strip()
        if each.get("nullFlavor") is None and root:
            found += [(root, extension)] if extension else [(root, root)] if _one(root) else []
    return list(dict.fromkeys(found))


def _one(root: str) -> bool:
    return bool(UUID.match(root)) or len(root) > 40  # a DICOM UID; an OID as short as an assigner's names the assigner


def fingerprint(*parts: str | None) -> str:
    """The same for the same parts, anywhere and always."""
    whole = "\x1f".join("" if part is None else part for part in parts)
    return hashlib.sha256(whole.encode()).hexdigest()[:DIGITS]
