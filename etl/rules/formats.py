"""Formats of primitives on whole columns: the bytes of all values at once, single values where these object."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.rules import texts
from schemas.fhir import Element

CODE = r"^[^\s]+(\s[^\s]+)*$"
# what starts like an OID or UUID must be one; from the regular expressions of R4's data types
NAMED = re.compile(
    r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+|urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?!urn:(oid|uuid):)\S+"
)
TEXTS = ("string", "markdown")
ADDRESSES = ("uri", "url")
RULES = {
    **dict.fromkeys(TEXTS, "string-format"),
    **dict.fromkeys(ADDRESSES, "uri-format"),
    "code": "code-format",
    "id": "id-format",
    "base64Binary": "base64-format",
    "integer": "number-range",
    "decimal": "number-range",
}
ID = r"^[A-Za-z0-9\-.]{1,64}$"
LONGEST_ID = 64
ID_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."
BLANK = 0x20  # this byte and those below it are spaces and control characters
BASE64 = np.zeros(256, bool)
BASE64[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n")] = True


def misformed(element: Element, values: pa.Array) -> pa.BooleanArray | None:
    """Which values are not as their type has them (null where null); None when all are right."""
    if element.type == "integer":
        return _under(values, element.least) if element.least is not None else None
    if element.type == "decimal":
        return _infinite(values)
    lengths, data = _bytes(values)
    if element.type == "base64Binary":
        return None if BASE64[data].all() and not np.any(lengths % 4) else _no_base64(values)
    if element.type in TEXTS:
        return _blank(values) if _short(values, lengths) else None
    if element.type == "id":
        return _unlike(values, ID)
    if element.type == "code":
        return _unlike(values, CODE) if np.any(data <= BLANK) or _short(values, lengths) else None
    return _misaddressed(values)


def plain_ids(values: pa.Array) -> bool:
    """Whether all are ids as R4 has them; told from all bytes at once."""
    lengths, data = _bytes(values)
    fits = not len(lengths) or (lengths.min() > 0 and lengths.max() <= LONGEST_ID)
    return bool(fits) and not data.tobytes().translate(None, ID_LETTERS)


def _bytes(values: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Length of each value, and the bytes of all."""
    _, offsets, data = values.buffers()
    if offsets is None or not len(values):
        return np.zeros(0, np.int32), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    return np.diff(places), np.frombuffer(data or b"", np.uint8)[places[0] : places[-1]]


def _short(values: pa.Array, lengths: NDArray[np.int32]) -> bool:
    """Whether some value that is there is empty, or begins with a blank."""
    if int(np.count_nonzero(lengths == 0)) > values.null_count:
        return True
    data = values.buffers()[2]
    if data is None or not len(lengths):
        return False
    places = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values)]
    first = np.frombuffer(data, np.uint8)[places[lengths > 0]]
    return bool(np.any(first <= BLANK))


def _blank(values: pa.Array) -> pa.BooleanArray | None:
    bad = pc.equal(pc.binary_length(pc.ascii_trim_whitespace(values)), 0)
    return bad if pc.any(bad).as_py() else None


def _unlike(values: pa.Array, pattern: str) -> pa.BooleanArray | None:
    distinct = texts.distinct(values)
    bad = distinct.filter(pc.invert(pc.match_substring_regex(distinct, pattern)))
    return pc.is_in(values, bad) if len(bad) else None


def _misaddressed(values: pa.Array) -> pa.BooleanArray | None:
    """Addresses are few where they are systems; where they are many, they differ in the last part."""
    distinct = texts.distinct(values)
    odd = distinct.filter(pc.match_substring_regex(distinct, r"^urn:(oid|uuid):|\s|^$"))
    bad = [text for text in odd.to_pylist() if not NAMED.fullmatch(text)]
    return pc.is_in(values, pa.array(bad, pa.string())) if bad else None


def _no_base64(values: pa.Array) -> pa.BooleanArray | None:
    bare = pc.replace_substring_regex(values, r"[ \t\r\n]", "")
    right = pc.match_substring_regex(bare, "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$")
    bad = pc.invert(right)
    return bad if pc.any(bad).as_py() else None


def _under(values: pa.Array, least: int) -> pa.BooleanArray | None:
    smallest = pc.min(values).as_py()
    return pc.less(values, least) if smallest is not None and smallest < least else None


def _infinite(values: pa.Array) -> pa.BooleanArray | None:
    bad = pc.invert(pc.is_finite(values))
    return bad if pc.any(bad).as_py() else None
