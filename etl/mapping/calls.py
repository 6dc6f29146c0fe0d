"""Calls of a function within an expression: where they stand and their arguments, quotes and parentheses heeded."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contract.errors import MappingError
from etl.mapping.shapes import arguments


@dataclass(frozen=True)
class Call:
    name: str
    start: int
    end: int
    arguments: tuple[str, ...]


def calls(text: str, *names: str) -> Iterator[Call]:
    """From left to right; one within another is found when the outer's arguments are looked at."""
    place = 0
    opening = re.compile(rf"'(?:[^']|'')*'|\b({'|'.join(names)})\s*\(")
    while found := opening.search(text, place):
        place = found.end()
        if found[1]:
            end = _closing(text, found.end())
            yield Call(found[1], found.start(), end, tuple(arguments(text[found.end() : end - 1])))
            place = end


def replaced(text: str, by: Callable[[Call], str], *names: str) -> str:
    """The text with each call replaced."""
    parts, place = [], 0
    for call in calls(text, *names):
        parts += [text[place : call.start], by(call)]
        place = call.end
    return "".join([*parts, text[place:]])


def _closing(text: str, start: int) -> int:
    """The place behind the parenthesis that closes."""
    depth, quoted = 1, False
    for place in range(start, len(text)):
        quoted ^= text[place] == "'"
        if not quoted:
            depth += (text[place] in "([{") - (text[place] in ")]}")
            if depth == 0:
                return place + 1
    raise MappingError(f"{text!r}: a parenthesis is not closed.")
