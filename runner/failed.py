"""The quarantine of a night that a check stopped: kept, closed to others, until a night is published."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from contract.work import Verdict
from schemas.night import QUARANTINE
from store.lake import Draft

FOLDER = "phi-failed"


def keep(lake: Path, run_id: str, draft: Draft, verdicts: Mapping[str, Verdict]) -> None:
    """Where a check said no: of the last such night only; the files are links, so they cost no room."""
    if all(verdict.passed for verdict in verdicts.values()):
        return
    clear(lake)
    folder = lake / FOLDER / run_id
    for level in (folder.parent, folder):
        level.mkdir(mode=0o700)
    for table, shard in draft.files():
        path = draft.path(table, shard)
        if table == QUARANTINE.name and path:
            os.link(path, folder / f"{shard}.parquet")


def clear(lake: Path) -> None:
    if (lake / FOLDER).exists():
        shutil.rmtree(lake / FOLDER)


def kept(lake: Path) -> Path | None:
    """The folder of the last failed night's quarantine, named after its run."""
    return max((lake / FOLDER).glob("*"), default=None)
