"""JSON that orjson would read with a loss or not at all: repeated names, long decimals, broken entries."""

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

REPEATED = "\x00repeated"
REPEATED_WRITTEN = b'"\\u0000repeated"'
MARK = "\x00="  # starts a text that stands for a number: 0.10 says more than 0.1
NUMBER = re.compile(rb'":(\s*)(-?\d+\.\d*0|-?\d[\d.]{15,}|-?\d+(?:\.\d+)?[eE][+-]?\d+)(?=[\s,}\]])')
LIKELY = re.compile(rb"\.\d+0\s*[,}\]\r\n]")  # cheap to look for: a decimal that ends in 0
MARKED = rb'":\1"\\u0000=\2"'
WRITTEN = re.compile(rb'"\\u0000=([-+\d.eE]+)"')
HIDES_NAMES = (b'" ', b'"\t', b"\\u0022")  # a name may stand apart from its colon, or a text look like a name
SPACE = b" \t\r\n"
LONGEST_INTEGER = 18  # digits that surely fit 64 bits
ENTRIES = re.compile(r'"entry"\s*:\s*\[')
NEXT_ENTRY = re.compile(r'\{\s*"(?:fullUrl|resource|request|link|search)"\s*:')
AFTER = re.compile(r"[\s,]*")


def read_exactly(raw: bytes) -> Any:
    """Parsed so that `write` gives the same JSON again, spaces apart; a repeated name is marked by REPEATED."""
    readings = (_marked, orjson.loads) if LIKELY.search(raw) else (orjson.loads, _marked)
    for reading in readings:
        found = reading(raw)
        if _unchanged(raw, write(found)):
            return found
    return DECODER.decode(raw.decode("utf-8"))


def _marked(raw: bytes) -> Any:
    try:
        return orjson.loads(NUMBER.sub(MARKED, raw))
    except orjson.JSONDecodeError:  # broken, or a text that looked like a number
        return orjson.loads(raw)


def _unchanged(raw: bytes, written: bytes) -> bool:
    return raw.translate(None, SPACE) == written.translate(None, SPACE)


def repeats(raw: bytes, found: Any) -> str:
    """The name that an object repeats, or nothing. Cheap when none does: then all names are there again."""
    written = orjson.dumps(found)
    if written == raw:
        return ""
    plain = not any(mark in raw for mark in HIDES_NAMES)
    if (plain and raw.count(b'":') == written.count(b'":')) or _unchanged(raw, written):
        return ""
    return _repeated(DECODER.decode(raw.decode("utf-8")))


def repeated_name(found: Any, written: bytes) -> str:
    """The first name that an object repeats in what read_exactly gave."""
    return _repeated(found) if REPEATED_WRITTEN in written else ""


def _repeated(found: Any) -> str:
    if isinstance(found, dict):
        if REPEATED in found:
            return str(found[REPEATED])
        found = list(found.values())
    inside = map(_repeated, found) if isinstance(found, list) else ()
    return next((name for name in inside if name), "")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        made[REPEATED] = next(name for name in names if names.count(name) > 1)
    return made


def write(found: Any) -> bytes:
    """Like orjson.dumps, with marked numbers as they were written."""
    plain = orjson.dumps(found)
    return WRITTEN.sub(rb"\1", plain) if b'"\\u0000=' in plain else plain


def write_broken(found: Any) -> bytes:
    """For quarantine: text with bytes that are no UTF-8, as it stood."""
    plain = json.dumps(found, ensure_ascii=False).replace(json.dumps(REPEATED), '"repeated"')
    return WRITTEN.sub(rb"\1", plain.encode("utf-8", "surrogatepass"))


def _number(digits: str) -> str:
    return MARK + digits


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_INTEGER else _number(digits)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_integer, parse_constant=_refuse)
"""Numbers are kept as written; an object that repeats a name says so under REPEATED."""


def salvage(text: str) -> Iterator[tuple[int, Any, str]]:
    """Entries of a bundle that is not valid JSON: ordinal, the entry or None, the text at fault.

    After a fault, reading goes on where the next entry seems to start.
    """
    start = ENTRIES.search(text)
    if not start:
        yield 1, None, text
        return
    place, ordinal = start.end(), 1
    while place < len(text):
        place = _skip(text, place)
        if text[place : place + 1] == "]":
            return
        try:
            entry, end = DECODER.raw_decode(text, place)
        except ValueError:
            again = NEXT_ENTRY.search(text, place + 1)
            end, entry = again.start() if again else len(text), None
        yield ordinal, entry, "" if entry is not None else text[place:end]
        if entry is None and end == len(text):
            return
        place, ordinal = end, ordinal + 1
    yield ordinal, None, ""  # the list of entries was never closed


def _skip(text: str, place: int) -> int:
    found = AFTER.match(text, place)
    return found.end() if found else place
