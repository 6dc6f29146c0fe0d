"""Entries cut out of a bundle, all else of its text as it stands."""

import re
from collections.abc import Callable, Iterator
from json import JSONDecoder
from typing import Any

DECODER = JSONDecoder(strict=False)
SPACE = re.compile(r"[ \t\r\n]*")
Span = tuple[int, int, Any]


def cut(raw: bytes, goes: Callable[[int, Any], bool]) -> bytes:
    """`goes` is asked with the ordinal, from 1, and the entry. With an entry goes the comma that parted it.

    Raises ValueError or IndexError where the text is no valid JSON.
    """
    text = raw.decode("utf-8", "surrogateescape")
    spans = list(_entries(text))
    kept = [span for place, span in enumerate(spans, 1) if not goes(place, span[2])]
    if not spans or len(kept) == len(spans):
        return raw
    parts = [text[: spans[0][0]]]
    for number, (start, end, _) in enumerate(kept):
        parts += [_gap(text, spans) if number else "", text[start:end]]
    return "".join([*parts, text[spans[-1][1] :]]).encode("utf-8", "surrogateescape")


def _gap(text: str, spans: list[Span]) -> str:
    """What stands between two entries."""
    return text[spans[0][1] : spans[1][0]]


def _entries(text: str) -> Iterator[Span]:
    """start, end and value of the elements of the member `entry` of the outermost object."""
    at = _skip(text, text.find("{") + 1)
    while text[at] != "}":
        name, at = DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if name == "entry":
            yield from _elements(text, at)
            return
        _, at = DECODER.raw_decode(text, at)
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at


def _elements(text: str, at: int) -> Iterator[Span]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        value, end = DECODER.raw_decode(text, at)
        yield at, end, value
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
