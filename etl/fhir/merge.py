"""A resource as its columns say it, laid over the resource as it was received."""

from datetime import datetime
from typing import Any

import orjson

from etl.fhir.exacting import MARK, read_exactly, write


def merged(said: bytes, base: str | None, updated: datetime | None) -> bytes:
    """`said` is the row's JSON without nulls, `base` the JSON received."""
    if base is None:
        return _alone(said, updated)
    received = read_exactly(base.encode())
    result = _over(received, orjson.loads(said))
    return base.encode() if result == received else write(result)


def _alone(said: bytes, updated: datetime | None) -> bytes:
    if updated is None and b"{}" not in said and b"[]" not in said:
        return said
    resource = _pruned(orjson.loads(said))
    if updated is not None:
        resource["meta"] = {"lastUpdated": updated.isoformat() + "Z"}
    return orjson.dumps(resource)


def _pruned(found: Any) -> Any:
    """Without objects and lists that hold nothing, which FHIR forbids."""
    if isinstance(found, dict):
        inside = {name: _pruned(value) for name, value in found.items()}
        return {name: value for name, value in inside.items() if value not in ({}, [])}
    if isinstance(found, list):
        kept = [_pruned(value) for value in found]
        return [value for value in kept if value not in ({}, [])]
    return found


def _over(base: Any, said: Any) -> Any:
    """Elements without columns stay; a list of another length is replaced."""
    if isinstance(base, dict) and isinstance(said, dict):
        return base | {name: _over(base.get(name), value) for name, value in said.items() if value not in ({}, [])}
    if isinstance(base, list) and isinstance(said, list) and len(base) == len(said):
        return [_over(old, new) for old, new in zip(base, said, strict=True)]
    return base if _same(base, said) else _pruned(said)


def _same(base: Any, said: Any) -> bool:
    if isinstance(base, str) and base.startswith(MARK):
        return isinstance(said, int | float) and float(base.removeprefix(MARK)) == said
    return bool(base == said)
