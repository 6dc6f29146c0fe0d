"""A heat map over its image, with a legend: dark blue to yellow, as everybody sees them, after cividis (Nunez 2018)."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from imaging.attribution.placing import Box

Map = npt.NDArray[np.float32]
COLOURS = np.array([(0, 34, 78), (66, 78, 108), (124, 123, 120), (188, 175, 111), (254, 232, 56)], float)
LONGEST, SHORTEST = 1024, 256  # pixels of a side
STRONGEST = 0.65  # how much of the image the hottest place hides
LEGEND, MARGIN, TEXT = 96, 12, 13  # pixels
PAPER, INK = (255, 255, 255), (30, 30, 30)


def overlay(image: Image.Image, heat: Map, box: Box, lines: list[str]) -> Image.Image:
    """`heat`: from 0 to 1 over the encoder's input, which lies at `box`. `lines`: what stands below; never PHI."""
    scale = _scale(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    plain = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS), float)
    spread = _spread(heat, box, scale, (width, height))
    strength = (STRONGEST * spread)[..., None]
    mixed = plain * (1 - strength) + _coloured(spread) * strength
    return _framed(Image.fromarray(mixed.round().astype(np.uint8)), lines)


def _scale(size: tuple[int, int]) -> float:
    return float(min(max(SHORTEST / min(size), 1.0), LONGEST / max(size)))


def _spread(heat: Map, box: Box, scale: float, size: tuple[int, int]) -> Map:
    """The map in the place of the image that it is of; the rest of the image was not seen."""
    left, top, right, bottom = (round(edge * scale) for edge in (box.left, box.top, box.right, box.bottom))
    wide = Image.fromarray(heat.astype(np.float32)).resize((max(right - left, 1), max(bottom - top, 1)))
    whole = Image.new("F", size, 0.0)
    whole.paste(wide, (left, top))
    return np.clip(np.asarray(whole, np.float32), 0, 1)


def _coloured(values: Map) -> npt.NDArray[np.float64]:
    at = np.linspace(0, 1, len(COLOURS))
    return np.stack([np.interp(values, at, COLOURS[:, channel]) for channel in range(3)], axis=-1)


def _framed(picture: Image.Image, lines: list[str]) -> Image.Image:
    font = ImageFont.load_default(TEXT)
    wrapped = [part for line in lines for part in _wrapped(line, font, picture.width + LEGEND - MARGIN)]
    page = Image.new("RGB", (picture.width + LEGEND, picture.height + MARGIN + (TEXT + 5) * len(wrapped)), PAPER)
    page.paste(picture, (0, 0))
    pen = ImageDraw.Draw(page)
    bar = _coloured(np.linspace(1, 0, picture.height - 2 * MARGIN, dtype=np.float32)[:, None].repeat(18, 1))
    page.paste(Image.fromarray(bar.round().astype(np.uint8)), (picture.width + MARGIN, MARGIN))
    words = picture.width + MARGIN + 24
    pen.text((words, MARGIN), "most", INK, font)
    pen.text((words, picture.height - MARGIN - TEXT - 2), "none", INK, font)
    for at, line in enumerate(wrapped):
        pen.text((MARGIN, picture.height + MARGIN // 2 + at * (TEXT + 5)), line, INK, font)
    return page


def _wrapped(line: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    found = [""]
    for word in line.split():
        longer = f"{found[-1]} {word}".strip()
        found = [*found[:-1], longer] if font.getlength(longer) <= width else [*found, word]
    return found
