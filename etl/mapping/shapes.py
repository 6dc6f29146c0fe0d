"""Shapes, the macros of mappings: concept(loinc, CODE, DESCRIPTION) becomes the elements that shapes.yaml says."""

import re
from collections.abc import Mapping
from typing import Any

from contract.errors import MappingError

CALL = re.compile(r"^(?P<name>[\w-]+)\((?P<args>.*)\)$", re.DOTALL)
SIGNATURE = re.compile(r"^(?P<name>[\w-]+)\((?P<params>[\w, ]*)\)$")
PARAM = re.compile(r"\$(\w+)")


GUARDED = {ord(sign): 0xE000 + ord(sign) for sign in ",()[]{}'"}  # private characters, which no text of ours has
OPENED = {guard: sign for sign, guard in GUARDED.items()}


def guarded(constant: str) -> str:
    """A constant that no comma, quote or parenthesis of its own breaks in two, until it is `opened`."""
    return constant.translate(GUARDED)


def opened(constant: str) -> str:
    return constant.translate(OPENED)


class Absent:
    """An argument that was left out: its element falls away."""


ABSENT = Absent()
Shapes = Mapping[str, tuple[tuple[str, ...], Any]]


def shapes(said: Mapping[str, Any]) -> Shapes:
    """Name -> (parameters, template)."""
    found = {}
    for signature, template in said.items():
        match = SIGNATURE.match(signature)
        if not match:
            raise MappingError(f"shapes: {signature!r} is not name(parameter, ...).")
        found[match["name"]] = (tuple(p.strip() for p in match["params"].split(",")), template)
    return found


def expand(text: str, known: Shapes) -> Any:
    """The tree a call stands for; any other text as it is."""
    call = CALL.match(text)
    if not call or call["name"] not in known:
        return text
    params, template = known[call["name"]]
    args = arguments(call["args"])
    if len(args) > len(params):
        raise MappingError(f"{text}: {call['name']} takes {', '.join(params)}; {len(args)} arguments were given.")
    return _fill(template, dict(zip(params, args, strict=False)))


def arguments(text: str) -> list[str]:
    """Split at commas outside of parentheses, brackets and quotes; a constant (= text) goes to the next comma."""
    out, depth, quoted, start = [], 0, False, 0
    for i, char in enumerate(text):
        constant = text[start : i + 1].lstrip().startswith("= ")
        if char == "'" and not constant:
            quoted = not quoted
        elif not quoted:
            depth += 0 if constant else (char in "([{") - (char in ")]}")
            if char == "," and depth == 0:
                out.append(text[start:i].strip())
                start = i + 1
    return [*out, text[start:].strip()] if text.strip() else []


def _fill(template: Any, args: Mapping[str, str]) -> Any:
    if isinstance(template, dict):
        parts = {key: _fill(value, args) for key, value in template.items()}
        kept = {key: value for key, value in parts.items() if value is not ABSENT}
        return kept if any(isinstance(v, dict | list) or key in _open(template) for key, v in kept.items()) else ABSENT
    if isinstance(template, list):
        kept_items = [item for item in (_fill(value, args) for value in template) if item is not ABSENT]
        return kept_items or ABSENT
    return _fill_leaf(template, args)


def _open(template: Mapping[str, Any]) -> set[str]:
    """Keys that a parameter fills; if the template has none, every key."""
    found = {key for key, value in template.items() if isinstance(value, str) and PARAM.search(value)}
    return found or set(template)


def _fill_leaf(template: Any, args: Mapping[str, str]) -> Any:
    if not isinstance(template, str):
        return template
    names = PARAM.findall(template)
    if any(name not in args for name in names):
        return ABSENT
    if PARAM.fullmatch(template):
        return args[names[0]]
    return PARAM.sub(lambda found: _inside(args[found[1]]), template)


def _inside(argument: str) -> str:
    """An argument within a longer expression: constants become SQL, compound expressions get parentheses."""
    if argument.startswith("= "):
        return "'" + opened(argument[2:]).replace("'", "''") + "'"
    return argument if re.fullmatch(r"[\w.-]+|'[^']*'", argument) else f"({argument})"
