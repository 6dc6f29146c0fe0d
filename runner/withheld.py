"""Messages without the names of files: exports carry patients' names in them, and what a run leaves is not PHI."""

from collections.abc import Iterable
from pathlib import Path

WITHHELD = "[name withheld]"


def without_names(message: str, inboxes: Iterable[Path]) -> str:
    """The message, the name of any file or folder below an inbox withheld: the terminal showed it, files never do."""
    names = {path.name for inbox in inboxes if inbox.is_dir() for path in inbox.rglob("*")}
    for name in sorted(names, key=len, reverse=True):
        message = message.replace(name, WITHHELD)
    return message
