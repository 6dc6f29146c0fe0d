"""What only the resource as received can tell: contained resources, and faults of elements without a column."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules.visit import Fault

# one pass over the text; rows that match are few, and parsed
SUSPECT = r'"contained"|[:\[,]\s*""|\{\s*\}|\[\s*\]|"extension"(?s:.)*"extension"'
WITHIN = ("ref-1", "dom-2", "dom-3", "dom-4", "dom-5")  # between a resource and those it contains
MESSAGES = {
    "ref-1": "a reference such as #x names a contained resource; none of that id is contained",
    "dom-2": "a contained resource must not contain others; contain all of them in the outer one",
    "dom-3": "a contained resource must be referred to from within the resource; leave out what nothing refers to",
    "dom-4": "a contained resource has no version and no time of update of its own; leave meta out",
    "dom-5": "a contained resource has no security label of its own; label the outer one",
}


def received(
    kind: str, resources: pa.ChunkedArray, fragments: NDArray[np.int64], found: Sequence[Fault]
) -> Iterator[Fault]:
    """`fragments` are rows with a reference that begins with #; what `found` has said of a row is not said again."""
    suspect = np.flatnonzero(pc.fill_null(pc.match_substring_regex(resources, SUSPECT), False))
    rows = np.union1d(suspect, fragments)
    broken: dict[str, list[int]] = defaultdict(list)
    for row, text in zip(rows.tolist(), resources.take(pa.array(rows, pa.int64())).to_pylist(), strict=True):
        for rule in _problems(orjson.loads(text)) if text else ():
            broken[rule].append(row)
    for rule, places in sorted(broken.items()):
        said = [fault.rows for fault in found if fault.rule == rule]
        new = np.setdiff1d(np.array(places, np.int64), np.concatenate([np.zeros(0, np.int64), *said]))
        if len(new):
            yield Fault(rule, f"{kind}.contained" if rule in WITHIN else kind, new)


def _problems(resource: dict[str, Any]) -> set[str]:
    return _within(resource) | set(_faults(resource))


def _within(resource: dict[str, Any]) -> set[str]:
    inner = [each for each in resource.get("contained") or () if isinstance(each, dict)]
    told = set(_texts(resource))
    names = {f"#{each.get('id')}" for each in inner}
    metas = [each.get("meta") or {} for each in inner]
    broken = {
        "ref-1": any(text not in names for text in _references(resource) if text.startswith("#") and text != "#"),
        "dom-2": any(each.get("contained") for each in inner),
        "dom-3": any(f"#{each.get('id')}" not in told and "#" not in set(_references(each)) for each in inner),
        "dom-4": any(meta.get("versionId") or meta.get("lastUpdated") for meta in metas),
        "dom-5": any(meta.get("security") for meta in metas),
    }
    return {rule for rule, is_broken in broken.items() if is_broken}


def _faults(found: Any) -> Iterator[str]:
    """Of any element: empty texts, lists and objects; extensions with both value and extensions."""
    if isinstance(found, str) and not found.strip():
        yield "string-format"
    if isinstance(found, dict | list):
        if not found:
            yield "ele-1"
        if isinstance(found, dict) and {"url", "extension"} <= set(found) and any(map(_is_value, found)):
            yield "ext-1"
        for value in found.values() if isinstance(found, dict) else found:
            yield from _faults(value)


def _is_value(name: str) -> bool:
    return name.startswith("value") and name[5:6].isupper()


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for value in found.values() if isinstance(found, dict) else found:
            yield from _texts(value)


def _references(found: Any) -> Iterator[str]:
    if isinstance(found, dict) and isinstance(found.get("reference"), str):
        yield found["reference"]
    if isinstance(found, dict | list):
        for value in found.values() if isinstance(found, dict) else found:
            yield from _references(value)
