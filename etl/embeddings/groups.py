"""Which files of an inbox of embeddings are read together, and which wait."""

from dataclasses import dataclass
from pathlib import Path

from contract.work import LACKING, UNKNOWN, WRITING, Delivery, Group
from etl.embeddings.files import ARRAYS, TABLES, Entry, entries
from etl.inbox import ABSENT, UNFINISHED, visible, young


@dataclass(frozen=True)
class Found:
    """What lies below `path` of `root`; under `full` all of it is one group, else files of one stem are."""

    root: Path
    path: str
    delivery: Delivery
    settle_s: float

    @property
    def folder(self) -> Path:
        return self.root / self.path

    def files(self) -> list[Path]:
        return visible(self.folder)

    def known(self) -> list[Path]:
        return [file for file in self.files() if file.suffix.lower() in (*ARRAYS, *TABLES)]

    def groups(self) -> list[Group]:
        ready, waiting, lacking = self._sorted()
        if self.delivery != "full":
            return [Group(self._name(entry.lead), entry.files, self.folder) for entry in ready]
        if waiting or lacking or not ready:
            return []
        return [Group(self.path, tuple(file for entry in ready for file in entry.files), self.folder)]

    def aside(self) -> dict[str, int]:
        if not self.folder.is_dir():
            return {ABSENT: 1}
        _, waiting, lacking = self._sorted()
        files, known = self.files(), set(self.known())
        unknown = [file for file in files if file not in known and not file.name.endswith(UNFINISHED)]
        unfinished = sum(file.name.endswith(UNFINISHED) for file in files)
        said = {WRITING: len(waiting) + unfinished, LACKING: len(lacking), UNKNOWN: len(unknown)}
        return {what: many for what, many in said.items() if many}

    def _sorted(self) -> tuple[list[Entry], list[Entry], list[Entry]]:
        """Ready, still written, without their other half."""
        every = entries(self.known())
        waiting = [entry for entry in every if young(entry.files, self.settle_s)]
        lacking = [entry for entry in every if entry.lacks and entry not in waiting]
        return [entry for entry in every if entry not in waiting and entry not in lacking], waiting, lacking

    def _name(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.as_posix()
