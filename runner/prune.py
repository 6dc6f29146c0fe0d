"""Room on the disk of a lake: old snapshots and the logs of old runs go, the published snapshot never does."""

from dataclasses import dataclass
from pathlib import Path

from runner.published import published
from store.lake import Lake


@dataclass(frozen=True)
class Pruned:
    snapshots: list[str]
    runs: list[str]
    freed: int  # bytes


def prune(root: Path, keep: int, keep_runs: int | None = None) -> Pruned:
    """Keep the newest snapshots, at least one; and of the runs' logs the newest, all without a number."""
    lake = Lake(root)
    if not (root / "lock").exists():
        published(root)  # says no; asking for the lock would make a lake
    with lake.lock():
        published(root)
        before = _bytes(root)
        snapshots = lake.prune(keep)
        runs = lake.prune_runs(keep_runs) if keep_runs else []
        return Pruned(snapshots, runs, before - _bytes(root))


def _bytes(root: Path) -> int:
    """Of all files; one that several snapshots share counts once."""
    every = (path.lstat() for name in ("snapshots", "runs") for path in (root / name).rglob("*") if path.is_file())
    return sum({stat.st_ino: stat.st_size for stat in every}.values())
