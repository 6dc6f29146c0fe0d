"""Messages without the names of files: exports carry patients' names in them, and what a run leaves is not PHI."""

import re
from collections.abc import Iterable
from pathlib import Path

WITHHELD = "[name withheld]"
SHORT = 3  # letters up to which a name may be an English word: it is one only beside a slash, a quote or a colon


def without_names(message: str, inboxes: Iterable[Path]) -> str:
    """The message, the name of any file or folder below an inbox withheld: the terminal showed it, files never do.

    Names are whole words of the message, or whole parts of a path in it: a folder `a` takes nothing from `standard`.
    """
    names = {path.name for inbox in inboxes if inbox.is_dir() for path in inbox.rglob("*")}
    for name in sorted(names, key=len, reverse=True):
        message = _named(name).sub(WITHHELD, message)
    return message


def _named(name: str) -> re.Pattern[str]:
    whole = rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)"
    if len(name) > SHORT:
        return re.compile(whole)
    return re.compile(rf"(?<=[/'\"`]){whole}|{whole}(?=[/'\"`:])")
