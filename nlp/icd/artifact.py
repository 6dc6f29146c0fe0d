"""A trained coder as a folder: diagnoses/, procedures/, config.json, card.md and a digest of all that decides."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.errors import InputError
from nlp.icd import systems
from nlp.icd.chart import DIAGNOSES, PROCEDURES, System

SHIPPED = Path(__file__).parents[2] / "models" / "weights" / "icd"
PARTS = {"diagnoses": DIAGNOSES, "procedures": PROCEDURES}
CONFIG, CARD, DIGEST = "config.json", "card.md", "digest"


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

    def text(self) -> str:
        said = {"kind": "icd", "parts": self.parts, "languages": list(self.languages), "phi": self.phi}
        return json.dumps({**said, **self.more}, indent=1) + "\n"


def there(folder: Path) -> bool:
    return (folder / CONFIG).is_file()


def name_of(folder: Path) -> str:
    """The folder's name and the beginning of the digest that it states."""
    _require(folder)
    return f"{folder.name}-{(folder / DIGEST).read_text(encoding='utf-8').strip()[:12]}"


def load(folder: Path) -> Artifact:
    """Checks the digest first: a changed artifact is not what its card says."""
    _require(folder)
    if digest(folder) != (folder / DIGEST).read_text(encoding="utf-8").strip():
        raise InputError(
            f"The artifact {folder} is not as it was saved: its files give another digest. Restore it or train it anew."
        )
    said = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    parts = {part["code_system"]: systems.load(part["system"], folder / place) for place, part in said["parts"].items()}
    return Artifact(name_of(folder), tuple(said["languages"]), said["phi"], parts)


def digest(folder: Path) -> str:
    """Of every file but the card and the digest itself, with its place."""
    said = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.is_file() and place not in (CARD, DIGEST):
            said.update(place.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return said.hexdigest()


@contextmanager
def writing(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write into; it takes the place of `out` when all went well, and is removed if not."""
    if out.exists() and not (there(out) or (out.is_dir() and not any(out.iterdir()))):
        raise InputError(f"{out} is there and holds no coder; name a new folder, or one that a training wrote.")
    partial = out.with_name(f".{out.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    try:
        yield partial
        _replace(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def finish(folder: Path, said: Said, card: str) -> str:
    """The last files of an artifact whose parts are written; gives its digest back."""
    (folder / CONFIG).write_text(said.text(), encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    found = digest(folder)
    (folder / DIGEST).write_text(found + "\n", encoding="utf-8")
    folder.chmod(0o700 if said.phi else 0o755)
    return found


def _replace(partial: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    partial.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _require(folder: Path) -> None:
    missing = [name for name in (CONFIG, CARD, DIGEST) if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder} is no trained coder: {', '.join(missing)} is missing. "
            "`chartloom train icd --data DIR --out ARTIFACT` makes one."
        )
