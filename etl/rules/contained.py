"""What holds between a resource and those it contains (dom-2 to dom-5, ref-1); read out of the resource as received."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules.visit import Fault

WORD = '"contained"'
MESSAGES = {
    "ref-1": "a reference such as #x names a contained resource; none of that id is contained",
    "dom-2": "a contained resource must not contain others; contain all of them in the outer one",
    "dom-3": "a contained resource must be referred to from within the resource; leave out what nothing refers to",
    "dom-4": "a contained resource has no version and no time of update of its own; leave meta out",
    "dom-5": "a contained resource has no security label of its own; label the outer one",
}


def contained(kind: str, resources: pa.ChunkedArray | None, fragments: NDArray[np.int64]) -> Iterator[Fault]:
    """`fragments` are the rows with a reference that begins with #. Few rows contain others: these are parsed."""
    if resources is None:
        return
    holding = np.flatnonzero(pc.fill_null(pc.match_substring(resources, WORD), False))
    rows = np.union1d(holding, fragments)
    found: dict[str, list[int]] = defaultdict(list)
    for row, text in zip(rows.tolist(), resources.take(pa.array(rows, pa.int64())).to_pylist(), strict=True):
        for rule in _problems(orjson.loads(text)) if text else ():
            found[rule].append(row)
    for rule, broken in sorted(found.items()):
        yield Fault(rule, f"{kind}.contained", np.array(broken, np.int64))


def _problems(resource: dict[str, Any]) -> list[str]:
    inner = [each for each in resource.get("contained") or () if isinstance(each, dict)]
    told = list(_texts(resource))
    names = {f"#{each.get('id')}" for each in inner}
    metas = [each.get("meta") or {} for each in inner]
    broken = {
        "ref-1": any(text not in names for text in _references(resource) if text.startswith("#") and text != "#"),
        "dom-2": any(each.get("contained") for each in inner),
        "dom-3": any(f"#{each.get('id')}" not in told and "#" not in set(_references(each)) for each in inner),
        "dom-4": any(meta.get("versionId") or meta.get("lastUpdated") for meta in metas),
        "dom-5": any(meta.get("security") for meta in metas),
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


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
