"""A local Hugging Face checkpoint as a folder: is all there that it takes, and what is it called. Nothing is loaded."""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from contract.errors import InputError

CONFIG = "config.json"
PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")
SAFE, PICKLED = "model.safetensors", "pytorch_model.bin"
INDEX = ".index.json"  # of weights in several files
READING = "1"  # raised when the same checkpoint would give other vectors here


def require(folder: Path, *, pickled: bool = False) -> None:
    """Raises InputError where something is missing; pickled weights may run code when they are opened."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder. A checkpoint is a local folder with {CONFIG} and {SAFE}; no model hub "
            "is ever asked. Copy the checkpoint here, or mend the path."
        )
    _require_files(folder, [CONFIG])
    if not weights(folder, pickled=pickled):
        raise InputError(f"{folder} is a checkpoint without weights it may use: {_found(folder)}")
    _require_files(folder, [path.name for path in weights(folder, pickled=pickled)])


def weights(folder: Path, *, pickled: bool = False) -> list[Path]:
    """Safe ones where they are there; files that an index names may be absent."""
    for name in (SAFE, PICKLED) if pickled else (SAFE,):
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}{INDEX}"
        if index.is_file():
            return [index, *(folder / part for part in sorted(set(_read(index).get("weight_map", {}).values())))]
    return []


def safe(folder: Path) -> bool:
    return bool(weights(folder))


def preprocessor(folder: Path) -> Path | None:
    """What says how images are prepared; some checkpoints have lost it."""
    return next((folder / name for name in PREPROCESSORS if (folder / name).is_file()), None)


def name_of(folder: Path, *, pickled: bool = False) -> str:
    """The column `encoder`: the folder's name and the digest of all that decides what vectors come out."""
    require(folder, pickled=pickled)
    stamp = tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in _deciding(folder, pickled))
    return f"{folder.resolve().name}@{_digest(folder, pickled, stamp)[:12]}"


@lru_cache(maxsize=8)
def _digest(folder: Path, pickled: bool, stamp: tuple[tuple[str, int, int], ...]) -> str:  # noqa: ARG001
    """`stamp` changes with the files: weights of a gigabyte are not read at every look."""
    said = hashlib.sha256(READING.encode())
    for path in _deciding(folder, pickled):
        with path.open("rb") as file:
            said.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return said.hexdigest()


def _deciding(folder: Path, pickled: bool) -> Iterator[Path]:
    yield folder / CONFIG
    yield from weights(folder, pickled=pickled)
    yield from (found for found in [preprocessor(folder)] if found)


def _require_files(folder: Path, names: list[str]) -> None:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} is no whole checkpoint: {', '.join(missing)} is missing. Copy the folder again.")


def _found(folder: Path) -> str:
    if any((folder / name).is_file() for name in (PICKLED, PICKLED + INDEX)):
        return (
            f"{PICKLED} is pickled, and a pickle can run code when it is opened. Save the model with safetensors "
            "(save_pretrained does), or say pickled: true of a file that you trust."
        )
    return f"neither {SAFE} nor {SAFE}{INDEX} is there. Copy the folder again."


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not JSON; copy the checkpoint again.") from error
    return said if isinstance(said, dict) else {}
