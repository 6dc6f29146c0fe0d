"""A file written anew at once or not at all: beside it, flushed to disk, then moved into its place."""

import gzip
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from contract.work import Purged

SUFFIX = ".part"  # of files that nights take for unfinished
KEPT = (".json", ".ndjson", ".jsonl", ".gz")  # say how a file is read


def rewrite(path: Path, pieces: Iterable[bytes], rows: int) -> Purged:
    """`pieces` is the new text; packed where the file is. Times and rights stay, for the file only lost something."""
    before, stat = sha256(path), path.stat()
    part = path.with_name(f".{path.name}{SUFFIX}")
    with part.open("wb") as file:
        _fill(file, path, pieces)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, part)
    os.utime(part, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = sha256(part)
    part.replace(path)
    return Purged(path, rows, before, after)


def remove(path: Path, rows: int) -> Purged:
    before = sha256(path)
    path.unlink()
    return Purged(path, rows, before, None)


def renamed(purged: Purged) -> Purged:
    """Under a name that tells nothing."""
    suffixes = "".join(suffix for suffix in purged.path.suffixes[-2:] if suffix.lower() in KEPT)
    path = purged.path.with_name(f"forgotten-{secrets.token_hex(8)}{suffixes}")
    purged.path.rename(path)
    return replace(purged, path=path)


def _fill(file: BinaryIO, path: Path, pieces: Iterable[bytes]) -> None:
    if path.name.lower().endswith(".gz"):
        with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
            for piece in pieces:
                packed.write(piece)
        return
    for piece in pieces:
        file.write(piece)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
