"""A source of coders' decisions: an inbox of append-only files, one act a line."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import PEOPLE, UNKNOWN, WRITING, Delivery, Group, Leaving, Purged, Shard, Spooled
from etl.decisions.line import Broken, parsed
from etl.decisions.spool import Pass, lines, read
from etl.inbox import ABSENT
from etl.mentions import Mentions
from etl.rewrite import remove, rewrite
from schemas.results import DECISIONS

SUFFIXES = (".ndjson", ".jsonl")


@dataclass(frozen=True)
class Decisions:
    """`path` below the inbox: files whose lines are decisions; each file is a group. While it is not there, nobody has
    decided anything. A file that changed within the last `settle_s` seconds waits for the next night.
    """

    path: str
    delivery: Delivery = "delta"
    settle_s: float = 60.0

    def __post_init__(self) -> None:
        if self.delivery != "delta":
            raise ConfigError(
                "decisions are append-only: their delivery is delta, for nothing is undone by its absence."
            )

    @property
    def writes(self) -> tuple[str, ...]:
        return (DECISIONS.name,)

    @property
    def refers(self) -> Literal[True]:
        return True

    def digest(self) -> str:
        return "1"

    def groups(self, root: Path) -> list[Group]:
        now = time.time()
        return [
            Group(file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix(), (file,))
            for file in self._files(root)
            if file.suffix in SUFFIXES and not self._writing(file, now)
        ]

    def aside(self, root: Path) -> dict[str, int]:
        if not (root / self.path).is_dir():
            return {ABSENT: 1}
        now, files = time.time(), self._files(root)
        found = {
            WRITING: sum(file.suffix in SUFFIXES and self._writing(file, now) for file in files),
            UNKNOWN: sum(file.suffix not in SUFFIXES for file in files),
        }
        return {what: many for what, many in found.items() if many}

    def people(self, group: Group) -> pa.Table:  # noqa: ARG002
        return PEOPLE.empty_table()

    def spool(self, group: Group, homes: pa.Table, folder: Path) -> Spooled:
        return Pass.of(group, homes).run(folder)

    def read(self, folder: Path, batch: int) -> Shard:
        return read(folder, batch)

    def forget(self, root: Path, leaving: Leaving) -> list[Purged]:
        return [purged for file in self._files(root) if (purged := _without(file, leaving))]

    def _files(self, root: Path) -> list[Path]:
        folder = root / self.path
        if not folder.is_dir():
            return []
        return sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))

    def _writing(self, file: Path, now: float) -> bool:
        return self.settle_s > 0 and file.stat().st_mtime > now - self.settle_s


def _without(file: Path, leaving: Leaving) -> Purged | None:
    """The file without lines that are of the person, and without those that cannot be read and name them."""
    words = Mentions(leaving.keys | leaving.words)
    every = list(lines(file))
    kept = [raw for _, raw in every if not _theirs(raw, leaving, words)]
    if len(kept) == len(every):
        return None
    gone = len(every) - len(kept)
    return rewrite(file, (raw + b"\n" for raw in kept), gone) if kept else remove(file, gone)


def _theirs(raw: bytes, leaving: Leaving, words: Mentions) -> bool:
    try:
        return str(parsed(raw)["subject_id"]) in leaving.keys
    except Broken:
        return words.inside(raw.decode("utf-8", "backslashreplace").replace(":", ","))
