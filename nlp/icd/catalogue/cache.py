"""A catalogue's content as a compact file in the user's cache: read in a tenth of a second, parsed in two.

The file's name says what it was made of, so it is never out of date; it may be deleted at any time. Where the cache
cannot be written the content is made anew by every process, which a warning says.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import orjson

from nlp.icd.catalogue.content import Content

FORMAT = 2  # another layout, another name
LOG = logging.getLogger(__name__)


def folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chartloom" / "icd"


def kept(name: str, make: Callable[[], Content]) -> Content:
    """What `make` makes, from the cache where it lies there whole."""
    file = folder() / f"{name}-{FORMAT}.json"
    found = _load(file)
    if found is None:
        found = make()
        _save(file, found)
    return found


def _load(file: Path) -> Content | None:
    try:
        said = orjson.loads(file.read_bytes())
        return Content(said["titles"], said["parents"], set(said["billable"]), set(said["groups"]), said["notes"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        LOG.warning("the cached code table %s cannot be used (%s); it is made anew", file.name, type(error).__name__)
        return None


def _save(file: Path, content: Content) -> None:
    """At once or not at all: another process never sees half a file."""
    said = {
        "titles": content.titles,
        "parents": content.parents,
        "billable": sorted(content.billable),
        "groups": sorted(content.groups),
        "notes": content.notes,
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with os.fdopen(handle, "wb") as out:
            out.write(orjson.dumps(said))
        Path(name).replace(file)
    except OSError as error:
        LOG.warning(
            "the code table cannot be kept in %s (%s): every process parses it anew", file.parent, error.strerror
        )
