"""A film as it comes out of a file: the picture, what it is of, and why some files give none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.generic]
LOW, HIGH = 0.5, 99.5  # percentiles that become black and white where nothing says what should
PIXELS = 80_000_000  # of one picture at most: more is an absurd header, or no film

MESSAGES = {
    "not-an-image": "a DICOM file, a PNG or a JPEG was expected, and the file is none; deliver the image itself",
    "cut-short": "the file ends before its picture does, or is damaged; deliver it again whole",
    "empty": "the file, or its picture, has no pixel; deliver it again",
    "too-large": f"the picture has more than {PIXELS:,} pixels, as no film has; deliver one of fewer",
    "no-pixels": "a DICOM object without a picture (a report, a presentation state, a key object); deliver images only",
    "no-decoder": "the picture is packed in a way that cannot be unpacked here",
    "not-listed": "the picture stands in no study table, so nobody knows whose it is; add its line to the table",
    "not-there": "the study table names a file that was not delivered; deliver it, or leave the line out",
    "outside": "the study table names a file outside its own delivery; name it relative to the table",
    "no-file": "the study table names no file in this line; fill the cell in",
    "no-column": "the study table lacks a column; it needs file, patient_id and study_id, or `columns` of the source "
    "that says which columns stand for them",
    "encoding": "the study table is not UTF-8; convert it",
}


class Unreadable(Exception):
    """Which rule of MESSAGES; `more` is said after its message, and never quotes the file."""

    def __init__(self, rule: str, more: str = "") -> None:
        super().__init__(rule)
        self.rule, self.more = rule, more

    @property
    def message(self) -> str:
        return MESSAGES[self.rule] + (f": {self.more}" if self.more else "")


@dataclass(frozen=True)
class Header:
    """Columns of phi/embeddings as texts, empty where nothing is said; `time` in ISO 8601. PHI.

    `frames`: of how many pictures one is taken.
    """

    patient_id: str = field(default="", repr=False)
    study_id: str = field(default="", repr=False)
    image_id: str = field(default="", repr=False)
    time: str = field(default="", repr=False)
    modality: str = field(default="", repr=False)
    body_part: str = field(default="", repr=False)
    view: str = field(default="", repr=False)
    frames: int = 1


def picture(values: Pixels, low: float, high: float) -> Image.Image:
    """Grey: `low` becomes black, `high` white."""
    scaled = (values.astype(np.float32) - low) * (255 / (high - low) if high > low else 0)
    return Image.fromarray(np.clip(np.rint(np.nan_to_num(scaled)), 0, 255).astype(np.uint8))


def by_percentiles(values: Pixels, counted: npt.NDArray[np.bool_] | None = None) -> Image.Image:
    """Grey, of any depth. `counted`: pixels that are of the film; what was painted around it says nothing."""
    known = values[counted] if counted is not None and counted.any() else values
    low, high = np.percentile(known.astype(np.float32), (LOW, HIGH))
    if low == high:
        low, high = float(known.min()), float(known.max())
    return picture(values, float(low), float(high))


def require_size(width: int, height: int) -> None:
    """Before anything is unpacked."""
    if width < 1 or height < 1:
        raise Unreadable("empty")
    if width * height > PIXELS:
        raise Unreadable("too-large")


@contextmanager
def unquoted() -> Iterator[None]:
    """Warnings of libraries quote what they found, and that is PHI: what matters is told by rules."""
    import logging
    import warnings

    log = logging.getLogger("pydicom")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before
