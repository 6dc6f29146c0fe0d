"""Packed cells: codecs by name, one after another, until there is text. A cell that does not unpack is None."""

import base64
import binascii
import gzip
import io
import re
import zlib
from collections.abc import Callable, Sequence

from etl.mapping.lzw import lzw_expanded
from etl.text.decode import RTF, tidy
from etl.text.html import html_text

MOST = 64 << 20  # bytes of one unpacked cell: what swells further is no note
PADDING = b"\0 \r\n\t"  # what fills cells of one width
BLANK = re.compile(r"\s+")
Cell = str | bytes


class NotPacked(ValueError):
    """The cell is not what the codec reads."""


def _base64(cell: Cell) -> bytes:
    return base64.b64decode(BLANK.sub("", _text(cell)), validate=True)


def _hex(cell: Cell) -> bytes:
    return binascii.unhexlify(BLANK.sub("", _text(cell)).removeprefix("0x").removeprefix("0X"))


def _inflate(bits: int) -> Callable[[Cell], bytes]:
    """`bits` as zlib has them: which header is expected."""

    def inflated(cell: Cell) -> bytes:
        stream = zlib.decompressobj(bits)
        found = stream.decompress(_bytes(cell), MOST)
        if not stream.eof or stream.unused_data.strip(PADDING):
            raise NotPacked
        return found

    return inflated


def _gzip(cell: Cell) -> bytes:
    """All members, one after another."""
    with gzip.GzipFile(fileobj=io.BytesIO(_bytes(cell).rstrip(PADDING[1:]))) as members:
        found = members.read(MOST + 1)
    if len(found) > MOST:
        raise NotPacked
    return found


def _lzw(cell: Cell) -> bytes:
    return lzw_expanded(_bytes(cell), MOST)


def _rtf(cell: Cell) -> str:
    said = cell.decode("latin-1") if isinstance(cell, bytes) else cell
    if not said.lstrip().startswith("{\\rtf"):
        raise NotPacked
    return tidy(RTF(said, errors="ignore"))


def _bytes(cell: Cell) -> bytes:
    if isinstance(cell, str):
        raise NotPacked
    return cell


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.decode("utf-8")


CODECS: dict[str, Callable[[Cell], Cell]] = {
    "base64": _base64,
    "hex": _hex,
    "zlib": _inflate(zlib.MAX_WBITS),
    "gzip": _gzip,
    "deflate": _inflate(-zlib.MAX_WBITS),
    "lzw": _lzw,
    "rtf": _rtf,
    "html": html_text,
    "latin-1": lambda cell: _bytes(cell).decode("cp1252", "replace"),
    "utf-16": lambda cell: _bytes(cell).decode("utf-16"),
}
"""What a mapping may name. Bytes that no codec made text of are UTF-8."""


def unpacked(cell: str | None, codecs: Sequence[str]) -> str | None:
    if cell is None:
        return None
    found: Cell = cell
    try:
        for codec in codecs:
            found = CODECS[codec](found)
        return tidy(_text(found))
    except (ValueError, OSError, EOFError, zlib.error, LookupError, RecursionError):
        return None
