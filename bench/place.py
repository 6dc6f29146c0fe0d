"""Where a bench works: a folder of its own below --work, kept for a look afterwards; without --work a temporary one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workplace(bench: str, work: Path | None) -> Iterator[Path]:
    """work/<bench>, emptied first; nothing else below `work` is touched. A temporary one is removed at the end."""
    if work is None:
        with tempfile.TemporaryDirectory(prefix=f"bench-{bench}-") as folder:
            yield Path(folder).resolve()
        return
    place = work.resolve() / bench
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    yield place
