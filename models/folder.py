"""A trained thing of any kind as a folder: its parts, config.json, card.md and a digest of all that decides."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contract.errors import InputError

CONFIG, CARD, DIGEST = "config.json", "card.md", "digest"


def there(folder: Path) -> bool:
    return (folder / CONFIG).is_file()


def name_of(folder: Path) -> str:
    """The folder's name and the beginning of the digest that it states."""
    _require(folder)
    return f"{folder.name}-{(folder / DIGEST).read_text(encoding='utf-8').strip()[:12]}"


def stated(folder: Path) -> dict[str, Any]:
    """What config.json says, unchecked: for whoever asks before the artifact is needed."""
    said: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return said


def opened(folder: Path, kind: str) -> dict[str, Any]:
    """What config.json says, when the folder is as it was saved and of that kind."""
    _require(folder)
    if digest(folder) != (folder / DIGEST).read_text(encoding="utf-8").strip():
        raise InputError(
            f"The artifact {folder} is not as it was saved: its files give another digest. Restore it or train it anew."
        )
    said: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    if said.get("kind") != kind:
        raise InputError(f"{folder} is an artifact of kind {said.get('kind')!r}; expected {kind!r}.")
    return said


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
        raise InputError(f"{out} is there and holds no artifact; name a new folder, or one that a training wrote.")
    partial = out.with_name(f".{out.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    try:
        yield partial
        _replace(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def finish(folder: Path, kind: str, said: Mapping[str, Any], card: str, *, phi: bool) -> str:
    """The last files of an artifact whose parts are written; gives its digest back."""
    config = {"kind": kind, **said, "phi": phi}
    (folder / CONFIG).write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    found = digest(folder)
    (folder / DIGEST).write_text(found + "\n", encoding="utf-8")
    folder.chmod(0o700 if phi else 0o755)
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
            f"{folder} is no trained artifact: {', '.join(missing)} is missing. `chartloom train` makes one (--out)."
        )
