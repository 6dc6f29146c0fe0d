"""A file of an image as its vector: taken from what was kept, or read and encoded now."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from etl.films import dicom, picture
from etl.films.film import Header, Unreadable
from etl.films.kept import Kept, Vector

if TYPE_CHECKING:
    from PIL import Image

    from models.vision import Encoder

READING = "1"  # raised when the same file would give other pixels here


@dataclass
class Encoding:
    """`name`: of the encoder. The checkpoint is opened when the first image needs it: that takes seconds."""

    checkpoint: Path
    name: str
    frame: dicom.Frame
    kept: Kept
    pickled: bool = False
    threads: int = 1
    made: int = 0
    again: int = 0

    def of(self, path: Path) -> Vector:
        """Raises Unreadable."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        maker = f"{self.name} {self.frame} {READING}"
        found = self.kept.get(maker, digest)
        if found is not None:
            self.again += 1
            return found
        vector: Vector = self.encoder.encode([read(path, self.frame)])[0]
        self.kept.put(maker, digest, vector)
        self.made += 1
        return vector

    @cached_property
    def encoder(self) -> "Encoder":
        from models.vision import Opening, open_encoder

        return open_encoder(self.checkpoint, Opening(pickled=self.pickled, threads=self.threads))

    @property
    def said(self) -> tuple[str, ...]:
        """What a person should know of it, for the report."""
        opened = self.encoder.said if self.made else ()
        lost = self.made and self.kept.lost
        counted = (f"{self.made} image(s) encoded by {self.name}, {self.again} taken from what was kept",)
        return (*opened, *(("vectors could not be kept beside the films",) if lost else ()), *counted)


def read(path: Path, frame: dicom.Frame = "middle") -> "Image.Image":
    """A DICOM file, a PNG or a JPEG, by what it holds and not by its name; raises Unreadable."""
    if not path.stat().st_size:
        raise Unreadable("empty")
    return dicom.read(path, frame) if dicom.is_dicom(path) else picture.read(path)


def header(path: Path, study: dicom.StudyTag) -> Header | None:
    """What a DICOM file says of itself; None of a picture. Raises Unreadable."""
    if not path.stat().st_size:
        raise Unreadable("empty")
    return dicom.header(path, study) if dicom.is_dicom(path) else None
