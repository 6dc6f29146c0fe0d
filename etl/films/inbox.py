"""Which films of an inbox are read together, and which wait."""

from dataclasses import dataclass
from pathlib import Path

from contract.work import UNKNOWN, WRITING, Delivery, Group
from etl.films.blocks import TABLE
from etl.films.picture import SUFFIXES
from etl.inbox import ABSENT, UNFINISHED, visible, young

DICOM = (".dcm", ".dicom", ".ima")
INDEX = "DICOMDIR"  # the table of contents of a disc


@dataclass(frozen=True)
class Inbox:
    """Under `full` all that lies below `path` is one group. Else each folder directly below it is, and the files that
    lie directly in it; unless a study table lies there, which may name files of all folders.
    """

    root: Path
    path: str
    delivery: Delivery
    settle_s: float

    @property
    def folder(self) -> Path:
        return self.root / self.path

    def groups(self) -> list[Group]:
        return [self._group(place, files) for place, files in self._places().items() if not self._waits(files)]

    def aside(self) -> dict[str, int]:
        if not self.folder.is_dir():
            return {ABSENT: 1}
        every, waiting = visible(self.folder), sum(self._waits(files) for files in self._places().values())
        unknown = sum(not (_is_film(file) or file.name.endswith(UNFINISHED) or file.name == INDEX) for file in every)
        return {what: many for what, many in ((WRITING, waiting), (UNKNOWN, unknown)) if many}

    def films(self) -> list[Path]:
        return [file for file in visible(self.folder) if _is_film(file)]

    def _places(self) -> dict[Path, list[Path]]:
        """Folder -> its files, those still written among them; folders without a film are none."""
        files = [file for file in visible(self.folder) if _is_film(file) or file.name.endswith(UNFINISHED)]
        tables = any(file.parent == self.folder and file.suffix.lower() == TABLE for file in files)
        found: dict[Path, list[Path]] = {}
        for file in files:
            inner = file.relative_to(self.folder).parts
            apart = self.delivery != "full" and not tables and len(inner) > 1
            found.setdefault(self.folder / inner[0] if apart else self.folder, []).append(file)
        return {place: files for place, files in found.items() if any(_is_film(file) for file in files)}

    def _group(self, place: Path, files: list[Path]) -> Group:
        name = place.relative_to(self.root).as_posix() if place.is_relative_to(self.root) else place.as_posix()
        return Group(name, tuple(files), place)

    def _waits(self, files: list[Path]) -> bool:
        return young(files, self.settle_s) or any(file.name.endswith(UNFINISHED) for file in files)


def _is_film(file: Path) -> bool:
    """By its name: DICOM files are often called by a number or a UID, without an ending of their own."""
    ending = file.suffix.lower()
    numbered = not ending or ending[1:].isdigit()
    return ending in (*DICOM, *SUFFIXES, TABLE) or (numbered and file.name != INDEX)
