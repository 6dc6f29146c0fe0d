"""Where in an image the input of its encoder lies: preprocessors scale, crop and pad, and do not say how.

Ramps are sent through the preprocessor: what comes out at a place tells where it came from.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.vision import Encoder

Floats = npt.NDArray[np.float64]
INNER = (0.05, 0.95)  # of the ramp: its ends are blurred where an image is made smaller


@dataclass(frozen=True)
class Box:
    """In pixels of the image; it may reach beyond it, where the input was padded."""

    left: float
    top: float
    right: float
    bottom: float


def placed(encoder: Encoder, size: tuple[int, int]) -> Box:
    """`size`: width and height of the image."""
    width, height = size
    across = np.tile(np.linspace(0, 255, width), (height, 1))
    down = np.tile(np.linspace(0, 255, height), (width, 1)).T
    ends = [np.zeros((height, width)), np.full((height, width), 255.0)]
    seen = [_grey(encoder, each) for each in (*ends, across, down)]
    black, white = seen[:2]
    span = np.where(np.abs(white - black) > 1e-6, white - black, np.nan)  # nothing of the image: padding
    left, right = _ends((seen[2] - black) / span, 0, width)
    top, bottom = _ends((seen[3] - black) / span, 1, height)
    return Box(left, top, right, bottom)


def _grey(encoder: Encoder, values: Floats) -> Floats:
    """(rows, columns) of the input."""
    image = Image.fromarray(values.round().astype(np.uint8))
    found: Floats = encoder.pixels([image])[0].mean(0).double().numpy()
    return found


def _ends(shares: Floats, axis: int, length: int) -> tuple[float, float]:
    """From the share of the ramp at each place of the input to the two edges of the input, in pixels of the image."""
    known = np.isfinite(shares)
    count = known.sum(axis)
    along = np.where(known, shares, 0).sum(axis) / np.maximum(count, 1)
    inner = (along > INNER[0]) & (along < INNER[1]) & (count > 0)
    if inner.sum() < 2:
        return 0.0, float(length)
    slope, start = np.polyfit(np.flatnonzero(inner), along[inner], 1)
    edges = slope * np.array([-0.5, len(along) - 0.5]) + start
    first, last = edges * (length - 1) + 0.5
    return float(first), float(last)
