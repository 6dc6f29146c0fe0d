"""Resources said once for many columns or codes: `over` repeats them, entry by entry, before anything is compiled."""

import re
from collections.abc import Mapping as Dict
from typing import Any

from contract.errors import MappingError
from etl.mapping.shapes import guarded

HOLE = re.compile(r"(?P<constant>= )?\$(?P<name>[A-Za-z_]\w*)")
KEY = "column"
PLAIN = re.compile(r"[A-Za-z_]\w*")


def repeated(table: str, resources: Dict[str, Any], maps: Dict[str, Dict[str, Any]]) -> dict[str, Any]:
    """Label -> elements, with `over` worked off: "Observation" over HR becomes "Observation HR"."""
    found: dict[str, Any] = {}
    for label, said in resources.items():
        if not isinstance(said, dict) or "over" not in said:
            found[label] = said
            continue
        template = {key: value for key, value in said.items() if key != "over"}
        for key, fields in _entries(f"{table}.yaml: {label}", said["over"], maps).items():
            found[f"{label} {key}"] = _filled(template, {KEY: key, **fields}, f"{table}.yaml: {label}")
    return found


def _entries(where: str, over: Any, maps: Dict[str, Dict[str, Any]]) -> dict[str, dict[str, Any]]:
    if isinstance(over, str) and over not in maps:
        raise MappingError(f"{where}.over: map {over!r} is not among {', '.join(maps) or 'none'}.")
    entries = maps[over] if isinstance(over, str) else over
    if isinstance(entries, list):
        entries = {key: {} for key in map(str, entries)}
    if not isinstance(entries, dict) or not entries:
        raise MappingError(f"{where}.over: say COLUMN: {{field: value}} for each entry, or the name of a map of them.")
    return {
        str(key): fields if isinstance(fields, dict) else {"value": fields} if fields is not None else {}
        for key, fields in entries.items()
    }


def _filled(said: Any, entry: Dict[str, Any], where: str) -> Any:
    if isinstance(said, dict):
        return {key: _filled(value, entry, where) for key, value in said.items()}
    if isinstance(said, list):
        return [_filled(value, entry, where) for value in said]
    if not isinstance(said, str):
        return said
    unknown = [found["name"] for found in HOLE.finditer(said) if found["name"] not in entry]
    if unknown:
        known = ", ".join(f"${name}" for name in entry)
        raise MappingError(f"{where}: ${unknown[0]} in {said!r} is none of {known}, what `over` gives each entry.")
    whole = HOLE.fullmatch(said)
    if whole and not whole["constant"] and isinstance(entry[whole["name"]], bool | int | float):
        return entry[whole["name"]]
    return HOLE.sub(lambda found: _text(found, entry), said)


def _text(found: re.Match[str], entry: Dict[str, Any]) -> str:
    """A constant stays one whatever stands in it; an empty one is nothing; the column is a name."""
    value = entry[found["name"]]
    if value is None or value == "":
        return "CAST(NULL AS VARCHAR)"
    if found["constant"]:
        return f"= {guarded(str(value))}"
    if found["name"] == KEY and not PLAIN.fullmatch(str(value)):
        return f'"{value}"'
    return str(value)
