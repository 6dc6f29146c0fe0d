"""What lies in a folder of the inbox, and what is still being written there."""

import time
from collections.abc import Iterable
from pathlib import Path

ABSENT = "inbox folder that is not there yet"
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")


def visible(folder: Path) -> list[Path]:
    """All files below it, but those that a program hides for itself."""
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.rglob("*") if file.is_file() and not _hidden(file, folder))


def young(files: Iterable[Path], settle_s: float) -> bool:
    """Whether one of them changed within so many seconds."""
    now = time.time()
    return settle_s > 0 and any(file.stat().st_mtime > now - settle_s for file in files)


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~")) for part in file.relative_to(folder).parts)
