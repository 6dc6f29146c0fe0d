"""Packed cells: each codec, in order; what does not unpack is told."""

import base64
import gzip
import zlib

import pytest

from etl.mapping.lzw import CLEAR, END, FIRST, LEAST_BITS, MOST_BITS, lzw_expanded
from etl.mapping.packed import MOST, unpacked

RTF = b"{\\rtf1\\ansi Seen today.\\par No complaints: G\\'f6del, 72.}"
NOTE = "Seen today.\nNo complaints: Gödel, 72."


def zipped(data: bytes) -> bytes:
    """Without the time of day: both cores must collect tests of one name."""
    return gzip.compress(data, mtime=0)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def deflated(content: bytes) -> bytes:
    return zlib.compress(content)[2:-4]


def lzw(content: bytes) -> bytes:
    """Written for this test, from section 13 of TIFF 6.0."""
    codes, bits, table, known = [(CLEAR, LEAST_BITS)], LEAST_BITS, {bytes([n]): n for n in range(256)}, b""
    size = FIRST
    for byte in content:
        if known + bytes([byte]) in table:
            known += bytes([byte])
            continue
        codes.append((table[known], bits))
        if size < (1 << MOST_BITS) - 2:
            table[known + bytes([byte])] = size
            size += 1
        bits = min(max((size).bit_length(), LEAST_BITS), MOST_BITS)
        known = bytes([byte])
    codes += [(table[known], bits), (END, bits)] if known else [(END, bits)]
    text = "".join(f"{code:0{width}b}" for code, width in codes)
    return int(text + "0" * (-len(text) % 8), 2).to_bytes((len(text) + 7) // 8, "big")


@pytest.mark.parametrize(
    ("cell", "codecs"),
    [
        (b64(NOTE.encode()), ["base64"]),
        (b64(NOTE.encode())[:12] + "\n " + b64(NOTE.encode())[12:], ["base64"]),
        ("0x" + NOTE.encode().hex().upper(), ["hex"]),
        (b64(zlib.compress(NOTE.encode())), ["base64", "zlib"]),
        (zipped(NOTE.encode()).hex(), ["hex", "gzip"]),
        (b64(zipped(NOTE.encode()[:9]) + zipped(NOTE.encode()[9:])), ["base64", "gzip"]),
        (b64(zipped(NOTE.encode()) + bytes(7)), ["base64", "gzip"]),
        (b64(zipped(NOTE.encode()) + b"  \r\n"), ["base64", "gzip"]),
        (b64(zlib.compress(NOTE.encode()) + bytes(7)), ["base64", "zlib"]),
        (b64(deflated(NOTE.encode())), ["base64", "deflate"]),
        (b64(NOTE.encode("cp1252")), ["base64", "latin-1"]),
        (b64(NOTE.encode("utf-16")), ["base64", "utf-16"]),
        (b64(lzw(NOTE.encode())), ["base64", "lzw"]),
        ("Seen today.<br>No complaints: G&ouml;del, 72.", ["html"]),
        (b64(zlib.compress(RTF)), ["base64", "zlib", "rtf"]),
    ],
)
def test_a_cell_is_unpacked(cell: str, codecs: list[str]) -> None:
    found = unpacked(cell, codecs)
    assert found is not None and found.strip() == NOTE


@pytest.mark.parametrize(
    ("cell", "codecs"),
    [
        ("no base64!", ["base64"]),
        ("abc", ["hex"]),
        (b64(zlib.compress(NOTE.encode())[:-6]), ["base64", "zlib"]),
        (NOTE, ["zlib"]),
        (b64(zlib.compress(NOTE.encode()) + zlib.compress(NOTE.encode())), ["base64", "zlib"]),
        (b64(zipped(NOTE.encode()) + b"more"), ["base64", "gzip"]),
        (b64(zipped(NOTE.encode())[:-9]), ["base64", "gzip"]),
        (b64(zipped(bytes(MOST + 1))), ["base64", "gzip"]),
        (b64(b"\xff\xfe\xfd"), ["base64"]),
        (NOTE, ["rtf"]),
        (b64(b"\x00\x00\xff\xff\xff"), ["base64", "lzw"]),
        (b64(zlib.compress(bytes(MOST + 1))), ["base64", "zlib"]),
    ],
)
def test_a_cell_that_does_not_unpack(cell: str, codecs: list[str]) -> None:
    assert unpacked(cell, codecs) is None


def test_lzw_as_the_standard_has_it() -> None:
    """The example of LZWDecode in ISO 32000-1, 7.4.4.2."""
    assert lzw_expanded(bytes.fromhex("800B6050220C0C8501"), 100) == bytes([45, 45, 45, 45, 45, 65, 45, 45, 45, 66])


def test_lzw_with_codes_of_every_length() -> None:
    content = b"".join(b"%d;" % (n * n % 9973) for n in range(9000))
    assert lzw_expanded(lzw(content), len(content)) == content
    with pytest.raises(ValueError, match="too long"):
        lzw_expanded(lzw(content), 1000)


def test_what_is_empty_stays_empty() -> None:
    assert unpacked(None, ["base64"]) is None
