"""One resource checked against its type, element by element: which element is at fault, and how."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.fhir import PRIMITIVES, Element

JSON_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
}
EXPECTED = {"boolean": bool, "integer": int, "decimal": float}
NOT_UTF8 = "\ufffd"  # stands for a line that could not be decoded
INTEGER_LIMIT = 2**63


@dataclass(frozen=True)
class Problem:
    """A rule broken; `element` is its FHIR path; `message` says what was expected, never the value."""

    rule: str
    element: str
    message: str


def first_problem(text: str | bytes, elements: Sequence[Element]) -> Problem | None:
    if text == NOT_UTF8:
        return Problem("encoding", "", "text that is no UTF-8; export it as UTF-8")
    try:
        resource = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Problem("json-syntax", "", f"no valid JSON: {_reason(error)}; export the resource again")
    if not isinstance(resource, dict):
        return Problem("json-type", "", f"expected an object, found {_name(resource)}")
    meta = resource.get("meta")
    if meta is not None and not (isinstance(meta, dict) and isinstance(meta.get("lastUpdated", ""), str | None)):
        return Problem("json-type", "meta", "expected an object with a string in lastUpdated")
    for name in ("resourceType", "id"):
        if not isinstance(resource.get(name), str | None):
            return Problem("json-type", name, f"expected a string, found {_name(resource[name])}")
    return _first(resource, elements, "")


def _reason(error: orjson.JSONDecodeError) -> str:
    """Where and what, without the text that orjson sometimes repeats."""
    return re.sub(r"'.*'", "...", error.msg) + f" at character {error.pos + 1}"


def _first(found: dict[str, Any], elements: Sequence[Element], path: str) -> Problem | None:
    for element in elements:
        value = found.get(element.name)
        if value is None:
            continue
        problem = _many(value, element, path + element.name) if element.many else _one(value, element, path)
        if problem:
            return problem
    return None


def _many(value: Any, element: Element, path: str) -> Problem | None:
    if not isinstance(value, list):
        return Problem("json-type", path, f"expected a list of {element.type}, found {_name(value)}")
    for place, item in enumerate(value):
        problem = None if item is None else _value(item, element, f"{path}[{place}]")
        if problem:
            return problem
    return None


def _one(value: Any, element: Element, path: str) -> Problem | None:
    return _value(value, element, path + element.name)


def _value(value: Any, element: Element, path: str) -> Problem | None:
    if element.type not in PRIMITIVES:
        if isinstance(value, dict):
            return _first(value, element.parts, path + ".")
        return Problem("json-type", path, f"expected {element.type}, an object; found {_name(value)}")
    expected = EXPECTED.get(element.type, str)
    fits = type(value) is expected or (expected is float and type(value) is int)
    if not fits:
        return Problem("json-type", path, f"expected {JSON_NAMES[expected]} ({element.type}), found {_name(value)}")
    if expected is int and abs(value) >= INTEGER_LIMIT:
        return Problem("number-range", path, "a whole number of at most 64 bits was expected")
    return None


def _name(value: Any) -> str:
    return "null" if value is None else JSON_NAMES[type(value)]
