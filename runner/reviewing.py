"""The reviewer's sheet of the night: a random sample of what was published, laid out by a check, closed to others."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from contract.work import Check, Reviewing
from runner.log import Log
from store.parquet import make_folder
from store.snapshot import Snapshot

FOLDER = "phi-review"
KEPT = 30  # nights


def write(lake: Path, snapshot: Snapshot, checks: Mapping[str, Check], log: Log) -> None:
    """The night is published: a sheet that cannot be written is no reason to call it failed."""
    try:
        _write(lake, snapshot, checks)
    except OSError as error:
        log.say("no reviewer's sheet", reason=error.strerror)


def _write(lake: Path, snapshot: Snapshot, checks: Mapping[str, Check]) -> None:
    """lake/phi-review/<run>/<check>/: not in the snapshot, which never changes, for a person fills the sheet in."""
    for name, check in checks.items():
        if isinstance(check, Reviewing) and check.sample > 0:
            table, *beside = check.samples
            places = draw(snapshot, table, check.sample)
            if places:
                drawn = pa.concat_tables([snapshot.read(table, s).take(rows) for s, rows in places.items()])
                shown = {other: snapshot.read_many(other, places) for other in beside}
                _save(lake / FOLDER / snapshot.id / name, check.sheet(drawn, shown))
    _prune(lake / FOLDER)


def draw(snapshot: Snapshot, table: str, sample: int) -> dict[str, list[int]]:
    """shard -> rows, each row of the table as likely as any other; the night's id is the seed."""
    shards = snapshot.shards(table)
    ends = np.cumsum([snapshot.files[table, shard].rows for shard in shards])
    if not len(ends) or not ends[-1]:
        return {}
    rng = np.random.default_rng(list(snapshot.id.encode()))
    rows = np.sort(rng.choice(int(ends[-1]), min(sample, int(ends[-1])), replace=False))
    found: dict[str, list[int]] = {}
    for row in rows.tolist():
        k = int(np.searchsorted(ends, row, side="right"))
        found.setdefault(shards[k], []).append(row - (int(ends[k - 1]) if k else 0))
    return found


def _save(folder: Path, files: Mapping[str, bytes]) -> None:
    make_folder(folder, phi=True)
    for name, content in files.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)


def _prune(folder: Path) -> None:
    nights = sorted(folder.iterdir()) if folder.exists() else []
    for old in nights[:-KEPT]:
        shutil.rmtree(old)
