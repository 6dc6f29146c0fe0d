"""A trained coder as a folder: diagnoses/, procedures/, config.json, card.md and a digest of all that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models import folder as folders
from models.folder import digest, name_of, there, writing
from nlp.icd import systems
from nlp.icd.chart import DIAGNOSES, PROCEDURES, System

__all__ = ["digest", "name_of", "there", "writing"]
SHIPPED = Path(__file__).parents[2] / "models" / "weights" / "icd"
PARTS = {"diagnoses": DIAGNOSES, "procedures": PROCEDURES}
KIND = "icd"


@dataclass(frozen=True)
class Artifact:
    """`parts`: code system -> what suggests its codes. `name` is what rows of `codes` say of who said so."""

    name: str
    languages: tuple[str, ...]
    phi: bool
    parts: Mapping[str, System] = field(repr=False)


@dataclass(frozen=True)
class Said:
    """What config.json says. `parts`: folder -> {code_system, system}."""

    parts: Mapping[str, Mapping[str, str]]
    languages: Sequence[str]
    phi: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)  # how it was trained; told, not read


def load(folder: Path) -> Artifact:
    """Checks the digest first: a changed artifact is not what its card says."""
    said = folders.opened(folder, KIND)
    parts = {part["code_system"]: systems.load(part["system"], folder / place) for place, part in said["parts"].items()}
    return Artifact(name_of(folder), tuple(said["languages"]), said["phi"], parts)


def finish(folder: Path, said: Said, card: str) -> str:
    """The last files of an artifact whose parts are written; gives its digest back."""
    told = {"parts": said.parts, "languages": list(said.languages), **said.more}
    return folders.finish(folder, KIND, told, card, phi=said.phi)
