"""How codes are called: SYSTEM//code from a code system's URL, and what lies above a code."""

import re
from collections.abc import Mapping

from etl.timeline.mapping import TimelineMapping

MARK = "\x1f"  # stands between URL and code until codes are named: each distinct one once


def named(raw: str, systems: Mapping[str, str]) -> str:
    """http://loinc.org<MARK>8302-2 is LOINC//8302-2."""
    url, mark, code = raw.rpartition(MARK)
    return f"{system_name(url, systems)}//{code}" if mark else raw


def system_name(url: str, systems: Mapping[str, str]) -> str:
    known = systems.get(url) or systems.get(url.rstrip("/"))
    if known:
        return known
    last = [part for part in re.split(r"[/:#]", url.removesuffix(".html")) if part]
    return re.sub(r"[^A-Z0-9_.-]", "_", last[-1].upper()) if last else systems[""]


def parent(code: str, mapping: TimelineMapping) -> str | None:
    """The next broader code that the code's own form tells of, or None."""
    whole, _, suffix = code.rpartition("//")
    head, _, rest = code.partition("//")
    if whole and suffix in mapping.suffixes:
        return whole
    if rest and head in mapping.heads:
        return head
    if head in mapping.prefixes and len(rest) > 3:
        return f"{head}//{_shorter(rest)}"
    return None


def _shorter(code: str) -> str:
    """E11.65 -> E11.6 -> E11; the X that only fills a place is no level of its own: W19.XXXA -> W19."""
    shorter = code[:-1].rstrip("Xx.")
    return shorter if len(shorter) >= 3 else code[:3]
