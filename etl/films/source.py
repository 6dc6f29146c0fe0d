"""A source of films: DICOM files, PNG and JPEG with a study table, into phi/embeddings by a local vision checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from contract.errors import ConfigError, InputError
from contract.work import PEOPLE, Delivery, Group, Leaving, Purged, Shard, Spooled
from etl.embeddings.read import digests, read
from etl.embeddings.rows import Wanted
from etl.embeddings.spool import Pass
from etl.films import blocks, forget
from etl.films.dicom import Frame, StudyTag
from etl.films.encode import READING, Encoding
from etl.films.inbox import Inbox
from etl.films.kept import Kept
from etl.films.study_table import COLUMNS
from models.checkpoint import name_of
from schemas.clinical import PHI_EMBEDDINGS

RAW = "films"
ROW = 10_000  # bytes that a film comes to as a row, about
KEPT = ".vectors.sqlite"  # below `path`; hidden, so that no night takes it for a delivery


@dataclass(frozen=True)
class Films:
    """`path` below the inbox: DICOM files; PNG and JPEG files that study tables (CSV) name. No folder: no films.

    `checkpoint`: a folder of Hugging Face on this machine. `system`: the identifier system of the patient ids.
    `study`: the DICOM field that is ImagingStudy.id. `frame`: which of several. `columns`: those of study tables that
    are called otherwise, ours -> theirs. `timezone`: of times without zone. `delivery`: under `full` all films together
    are all there is. `settle_s`: what changed more recently waits. `pickled`: weights that are no safetensors, trusted.
    `keep`: vectors stay beside the films, and no film is encoded twice. `threads`: of the encoder; 0: as many as torch
    likes.
    """

    path: str
    checkpoint: str
    system: str
    delivery: Delivery = "delta"
    study: StudyTag = "StudyInstanceUID"
    frame: Frame = "middle"
    columns: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    settle_s: float = 60.0
    pickled: bool = False
    keep: bool = True
    threads: int = 0

    def __post_init__(self) -> None:
        for name, said, known in _choices(self):
            if said not in known:
                raise ConfigError(f"{name} {said!r} is unknown; it is one of {', '.join(known)}.")
        if not self.system:
            raise ConfigError(
                "system is empty; expected the identifier system of the patient ids, as under `identifying` in the "
                "mapping of the source that delivers the patients (of Synthea: synthea)."
            )
        self._wanted()

    @property
    def writes(self) -> tuple[str, ...]:
        return (PHI_EMBEDDINGS.name,)

    @property
    def refers(self) -> str:
        return self.system

    def digest(self) -> str:
        """Of a checkpoint that is not there too: `groups` refuses it, and the night goes on without films."""
        try:
            return f"{READING} {self._name()}"
        except InputError:
            return f"{READING} without a checkpoint"

    def groups(self, root: Path) -> list[Group]:
        self._name()
        return self._inbox(root).groups()

    def aside(self, root: Path) -> dict[str, int]:
        return self._inbox(root).aside()

    def people(self, group: Group) -> pa.Table:  # noqa: ARG002
        return PEOPLE.empty_table()

    def weight(self, group: Group) -> float:
        return len(group.files) * ROW

    def spool(self, group: Group, homes: pa.Table, folder: Path) -> Spooled:
        kept = Kept.at(self._beside(group) / KEPT) if self.keep else Kept(None)
        encoding = Encoding(Path(self.checkpoint), self._name(), self.frame, kept, self.pickled, self.threads)
        known = frozenset(homes["key"].to_pylist())
        films = blocks.Films(group, encoding, known, self.study, self.columns)
        try:
            found = Pass(group, homes, folder, self._wanted(), RAW).run(films.blocks())
        finally:
            kept.close()
        return replace(found, notes=(*found.notes, *films.notes, *encoding.said))

    def read(self, folder: Path, batch: int, skip: np.ndarray | None = None) -> Shard:
        return read(folder, batch, skip, RAW)

    def digests(self, folder: Path, batch: int) -> pa.Table:
        return digests(folder, batch, RAW)

    def forget(self, root: Path, leaving: Leaving) -> list[Purged]:
        inbox = self._inbox(root)
        return forget.forget(inbox.films(), inbox.folder / KEPT, self.columns, inbox.folder, leaving)

    def _name(self) -> str:
        return name_of(Path(self.checkpoint), pickled=self.pickled)

    def _inbox(self, root: Path) -> Inbox:
        return Inbox(root, self.path, self.delivery, self.settle_s)

    def _beside(self, group: Group) -> Path:
        """`path` itself: the group's folder, or the one above."""
        folder = group.folder or group.files[0].parent
        return folder if Path(self.path) in (Path(group.name), folder) else folder.parent

    def _wanted(self) -> Wanted:
        return Wanted(timezone=self.timezone)


def _choices(films: Films) -> list[tuple[str, Any, tuple[str, ...]]]:
    columns = [("columns", name, COLUMNS) for name in films.columns]
    kinds = [("delivery", Delivery), ("study", StudyTag), ("frame", Frame)]
    return [*((name, getattr(films, name), get_args(kind)) for name, kind in kinds), *columns]
