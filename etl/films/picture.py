"""PNG and JPEG files by Pillow: only these two, of a bounded size, whole or not at all."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from etl.films.film import Unreadable, by_percentiles, require_size, unquoted

FORMATS = ("PNG", "JPEG")
SUFFIXES = (".png", ".jpg", ".jpeg")
BEGINS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
DEEP = ("I", "I;16", "I;16B", "I;16L", "F")  # Pillow's modes of more than eight bits


def read(path: Path) -> Image.Image:
    """Grey or RGB of eight bits, upright. Of a picture that moves the first."""
    if not path.stat().st_size:
        raise Unreadable("empty")
    with unquoted():
        try:
            with Image.open(path, formats=FORMATS) as image:
                require_size(*image.size)
                image.load()
                return _plain(image)
        except UnidentifiedImageError:
            raise Unreadable("cut-short" if is_picture(path) else "not-an-image") from None
        except Image.DecompressionBombError:
            raise Unreadable("too-large") from None
        except (OSError, SyntaxError, ValueError, EOFError):
            raise Unreadable("cut-short") from None


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in DEEP:
        return by_percentiles(np.asarray(image))
    grey = image.mode in ("1", "L", "LA")
    return (ImageOps.exif_transpose(image) or image).convert("L" if grey else "RGB")


def is_picture(path: Path) -> bool:
    """By its first bytes."""
    with path.open("rb") as file:
        return file.read(8).startswith(BEGINS)
