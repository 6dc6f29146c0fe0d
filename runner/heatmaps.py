"""`chartloom heatmap`: which parts of one film its vector comes from, as a picture that only its owner may read."""

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from contract.errors import ConfigError, InputError
from etl.films.encode import header, read
from etl.films.film import Unreadable
from imaging.attribution.head import Head, head
from imaging.attribution.overlay import overlay
from imaging.attribution.placing import placed
from models.attribution import Attribution, attribute, toward
from models.vision import Encoder, Opening, open_encoder
from runner import audit
from runner.forgetting.elsewhere import HEATMAPS
from store.parquet import make_folder

CAUTION = "What the vector depends on. It is no outline of a finding and no proof of one."


@dataclass(frozen=True)
class Wanted:
    image: Path
    checkpoint: Path
    artifact: Path | None = None
    finding: str = ""
    pickled: bool = False

    def __post_init__(self) -> None:
        if (self.artifact is None) != (not self.finding):
            raise ConfigError("--artifact and --finding go together: the head of a finding of a trained artifact.")


def draw(wanted: Wanted, lake: Path, out: Path | None, tell: Callable[[str], None]) -> Path:
    """Where the picture lies. The act is recorded in the lake before anything is shown."""
    film, digest = _film(wanted.image), _digest(wanted.image)
    encoder = open_encoder(wanted.checkpoint, Opening(pickled=wanted.pickled, attentions=True))
    towards = _towards(wanted, encoder, film)
    said = f"{digest} {encoder.name} {wanted.finding}"
    place = out or _place(lake, said)
    _record(lake, said, tell)
    found = attribute(encoder, film, toward(towards.direction) if towards else None)
    lines = _lines(encoder, found, towards)
    for line in (*encoder.said, *lines):
        tell(line)
    _write(overlay(film, found.heat, placed(encoder, film.size), lines), place)
    return place


def _film(path: Path) -> Image.Image:
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; expected a DICOM file, a PNG or a JPEG.")
    try:
        return read(path)
    except Unreadable as fault:
        raise InputError(f"{path} gives no picture: {fault.message}.") from fault


def _towards(wanted: Wanted, encoder: Encoder, film: Image.Image) -> Head | None:
    if wanted.artifact is None:
        return None
    told = header(wanted.image, "StudyInstanceUID")
    vector = encoder.encode([film])[0]
    return head(wanted.artifact, wanted.finding, encoder.name, vector, told.view if told else "")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(lake: Path, said: str) -> Path:
    """By a digest: files of films are often called after their patients."""
    if not lake.is_dir():
        raise InputError(f"{lake}: there is no lake to keep the picture in; name one (--lake), or a file (--out).")
    return lake / HEATMAPS / f"{hashlib.sha256(said.encode()).hexdigest()[:16]}.png"


def _record(lake: Path, said: str, tell: Callable[[str], None]) -> None:
    if lake.is_dir():
        audit.record(lake, "heatmap", said)
    else:
        tell(f"{lake}: there is no lake, so nothing records that this film was looked at.")


def _lines(encoder: Encoder, found: Attribution, towards: Head | None) -> list[str]:
    target = f"towards {towards.finding}" if towards else "of the length of the vector"
    chance = f"; {towards.chance:.0%} by this image alone" if towards else ""
    empty = "" if found.heat.any() else " Nothing in the image speaks for it."
    return [f"{found.method} {target}, {encoder.name}{chance}.{empty}", CAUTION]


def _write(picture: Image.Image, place: Path) -> None:
    held = io.BytesIO()
    picture.save(held, "PNG")
    make_folder(place.parent, phi=True)
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(held.getvalue())
