"""PNG and JPEG files: whole, of a bounded size, upright; anything else is told by a rule."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from etl.films import picture
from etl.films.film import Unreadable
from tests.etl.films.made import RAMP, png


def rule(path: Path, held: bytes) -> str:
    path.write_bytes(held)
    with pytest.raises(Unreadable) as caught:
        picture.read(path)
    return caught.value.rule


def test_grey_colour_and_sixteen_bits(tmp_path: Path) -> None:
    small = (RAMP // 4).astype(np.uint8)
    assert np.array_equal(np.asarray(picture.read(png(tmp_path / "a.png", small))), small)
    deep = np.asarray(picture.read(png(tmp_path / "b.png", RAMP * 40)))
    assert deep.dtype == np.uint8 and deep[0, 0] == 0 and deep[0, -1] == 255
    colour = np.dstack([small, small * 0, small * 0])
    assert picture.read(png(tmp_path / "c.png", colour)).getpixel((63, 0)) == (252, 0, 0)


def test_a_photograph_stands_upright(tmp_path: Path) -> None:
    said = Image.Exif()
    said[0x0112] = 6  # turned by a quarter
    Image.fromarray((RAMP // 4).astype(np.uint8)).save(tmp_path / "a.jpg", exif=said)
    assert picture.read(tmp_path / "a.jpg").size == (48, 64)


def test_what_is_no_picture(tmp_path: Path) -> None:
    good = png(tmp_path / "good.png").read_bytes()
    assert rule(tmp_path / "a.png", b"") == "empty"
    assert rule(tmp_path / "a.png", b"name;born\nSmith;1950\n") == "not-an-image"
    assert rule(tmp_path / "a.png", b"GIF89a\1\0\1\0\0\0\0;") == "not-an-image"
    assert rule(tmp_path / "a.png", good[:-60]) == "cut-short"
    assert rule(tmp_path / "a.png", good[:20]) == "cut-short"
    assert rule(tmp_path / "a.png", good.replace(b"IDAT", b"IDAX")) == "cut-short"


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A few hundred bytes that say they are 30,000 x 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = zlib.compress(bytes(100_000))
    body = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    assert rule(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n" + chunk + body) == "too-large"
