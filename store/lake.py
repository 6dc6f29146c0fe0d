"""The lake on disk: snapshots, the pointer to the current one, the lock, and the work that is not yet visible.

lake/
├── current -> snapshots/<id>    moved by one rename: a snapshot is visible whole or not at all
├── phi -> current/phi, open -> current/open
├── snapshots/<id>/              phi/ (0700), open/, index.parquet, manifest.json
├── runs/<id>/                   manifest.json, report.html, log.jsonl; no PHI
├── phi-coders/                  0700: the coders' page: its database, unless another is named, and its key
├── phi-heatmaps/                0700: where in films findings come from, as pictures
├── phi-failed/<id>/             0700: quarantine of the last night that a check stopped
├── releases/<project>/          frozen research extracts; phi-releases/<project>/ (0700): their crosswalks
├── work/                        0700: spool and files of the night under way; what a killed night leaves is resumed
└── lock
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.errors import LockError, StoreError
from store.parquet import FileStat, make_folder
from store.snapshot import Snapshot, write_index

UNPUBLISHED = "unpublished"  # stands in a snapshot until the pointer has moved to it


class Lake:
    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def work(self) -> Path:
        return self.root / "work"

    def create(self) -> None:
        for name, mode in (("", 0o755), ("snapshots", 0o755), ("runs", 0o755), ("work", 0o700)):
            (self.root / name).mkdir(parents=True, exist_ok=True, mode=mode)
        for name in ("phi", "open"):
            link = self.root / name
            if not link.is_symlink():
                link.symlink_to(Path("current") / name)

    def current(self) -> Snapshot | None:
        pointer = self.root / "current"
        if not pointer.is_symlink():
            return None
        folder = self.root / pointer.readlink()
        if not (folder / "index.parquet").exists():
            raise StoreError(f"snapshot {folder.name} is damaged: its index is missing. Restore it from a backup.")
        return Snapshot(folder)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One run at a time. The lock goes with its process, however that ends."""
        self.create()
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LockError(
                    "another run holds this lake. Wait until it ends (`chartloom status`), then run again."
                ) from error
            yield

    def require_space(self, needed: int) -> None:
        """Refuse before anything is written rather than fail in the middle of the night."""
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise StoreError(
                f"the lake's disk has {free >> 20} MB free and tonight needs about {needed >> 20} MB. "
                "Free some space (`chartloom prune` drops old snapshots) and run again; nothing was changed."
            )

    def publish(self, draft: "Draft", snapshot_id: str) -> Snapshot:
        """Make the draft the current snapshot: link its files, flush them to disk, move the pointer."""
        folder = self.root / "snapshots" / snapshot_id
        shutil.rmtree(folder, ignore_errors=True)
        building = self.root / "snapshots" / f".{snapshot_id}"
        shutil.rmtree(building, ignore_errors=True)
        draft.link_into(building)
        (building / UNPUBLISHED).touch()
        building.rename(folder)
        os.sync()
        self._point(folder)
        (folder / UNPUBLISHED).unlink()
        return Snapshot(folder)

    def _point(self, folder: Path) -> None:
        fresh = self.root / ".current"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path("snapshots") / folder.name)
        fresh.rename(self.root / "current")

    def prune(self, keep: int) -> list[str]:
        """Drop all but the newest `keep` snapshots (files that a kept one shares stay) and halves of killed nights.

        Whole ones newer than the current stay: somebody went back, and may go forth again.
        """
        current = self.current()
        if current is None:
            return []
        (current.folder / UNPUBLISHED).unlink(missing_ok=True)  # killed as soon as the pointer had moved
        others = sorted(folder for folder in (self.root / "snapshots").iterdir() if folder != current.folder)
        half = [folder for folder in others if _half_made(folder)]
        old = [folder for folder in others if folder not in half and folder.name < current.id]
        dropped = half + old[: max(len(old) - (keep - 1), 0)]
        for folder in dropped:
            shutil.rmtree(folder)
        return [folder.name for folder in dropped]

    def prune_runs(self, keep: int) -> list[str]:
        """Drop manifests, logs and reports of all but the newest `keep` runs."""
        dropped = sorted((self.root / "runs").iterdir())[:-keep]
        for folder in dropped:
            shutil.rmtree(folder)
        return [folder.name for folder in dropped]


def _half_made(folder: Path) -> bool:
    """Of a night that was killed before the pointer moved."""
    made = (folder / "index.parquet").exists() and not (folder / UNPUBLISHED).exists()
    return folder.name.startswith(".") or not made


class Draft:
    """The next snapshot while it is made: files of the last one that stay, and files that tonight wrote."""

    def __init__(self, base: Snapshot | None, written: Path) -> None:
        self.base = base
        self.written = written
        self.kept: dict[tuple[str, str], FileStat] = dict(base.files) if base else {}
        self.fresh: dict[tuple[str, str], FileStat] = {}
        self.documents: dict[str, bytes] = {}

    def drop(self, table: str, shard: str) -> None:
        self.kept.pop((table, shard), None)

    def add(self, stats: Iterable[FileStat]) -> None:
        """Files that tonight wrote; one whose bytes are last night's stays the file of last night."""
        for stat in stats:
            old = self.kept.get((stat.table, stat.shard))
            if old and old.digest == stat.digest:
                continue
            self.drop(stat.table, stat.shard)
            self.fresh[stat.table, stat.shard] = stat

    def files(self) -> dict[tuple[str, str], FileStat]:
        return {**self.kept, **self.fresh}

    def path(self, table: str, shard: str) -> Path | None:
        if (table, shard) in self.fresh:
            return self.written / self.fresh[table, shard].path
        if self.base and (table, shard) in self.kept:
            return self.base.folder / self.kept[table, shard].path
        return None

    def link_into(self, folder: Path) -> None:
        make_folder(folder, phi=False)  # open to others itself: beside phi/ lies open/
        for name in ("phi", "open"):
            make_folder(folder / name, phi=name == "phi")
        made: set[Path] = set()
        for (table, shard), stat in self.files().items():
            source = self.path(table, shard)
            if source is None:
                raise StoreError(f"file of table {table}, shard {shard} is gone; run again with a fresh work folder.")
            target = folder / stat.path
            if target.parent not in made:
                make_folder(target.parent, phi=stat.path.startswith("phi/"))
                made.add(target.parent)
            os.link(source, target)
        for name, content in self.documents.items():
            phi = name.startswith("phi/")
            make_folder((folder / name).parent, phi=phi)
            (folder / name).touch(mode=0o600 if phi else 0o644)
            (folder / name).write_bytes(content)
        write_index(self.files().values(), folder)
