"""Resources said once for many columns or codes: `over` repeats them, entry by entry, before anything is compiled."""

import re
from collections.abc import Mapping as Dict
from typing import Any

from contract.errors import MappingError
from etl.mapping.numbered import numbered
from etl.mapping.shapes import guarded

HOLE = re.compile(r"(?P<constant>= )?\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")
KEY, NUMBER = "column", "number"  # what every entry gives; the number, where the columns come by number
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
    return {name: _fields(number, said) for name, number, said in numbered(f"{where}.over", entries)}


def _fields(number: str, said: Any) -> dict[str, Any]:
    fields = said if isinstance(said, dict) else {"value": said} if said is not None else {}
    return {NUMBER: number, **fields} if number else fields


def _name(found: re.Match[str]) -> str:
    return str(found["bare"] or found["braced"])


def _filled(said: Any, entry: Dict[str, Any], where: str) -> Any:
    if isinstance(said, dict):
        return {key: _filled(value, entry, where) for key, value in said.items()}
    if isinstance(said, list):
        return [_filled(value, entry, where) for value in said]
    if not isinstance(said, str):
        return said
    unknown = [_name(found) for found in HOLE.finditer(said) if _name(found) not in entry]
    if unknown:
        known = ", ".join(f"${name}" for name in entry)
        raise MappingError(f"{where}: ${unknown[0]} in {said!r} is none of {known}, what `over` gives each entry.")
    whole = HOLE.fullmatch(said)
    if whole and not whole["constant"] and isinstance(entry[_name(whole)], bool | int | float):
        return entry[_name(whole)]
    return HOLE.sub(lambda found: _text(found, entry), said)


def _text(found: re.Match[str], entry: Dict[str, Any]) -> str:
    """A constant stays one whatever stands in it; an empty one is nothing; the column is a name."""
    value = entry[_name(found)]
    if value is None or value == "":
        return "CAST(NULL AS VARCHAR)"
    if found["constant"]:
        return f"= {guarded(str(value))}"
    if _name(found) == KEY and not PLAIN.fullmatch(str(value)):
        return f'"{value}"'
    return str(value)
