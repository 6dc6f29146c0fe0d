"""A source of image embeddings: Parquet files, or NumPy arrays with a study table, into phi/embeddings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa

from contract.errors import ConfigError
from contract.work import PEOPLE, Delivery, Group, Leaving, Purged, Shard, Spooled
from etl.embeddings.files import blocks, entries
from etl.embeddings.forget import forget
from etl.embeddings.groups import Found
from etl.embeddings.read import digests, read
from etl.embeddings.rows import Block, Refusal, Wanted
from etl.embeddings.spool import Pass, require_persons
from schemas.clinical import PHI_EMBEDDINGS

EXAMPLE = "https://github.com/synthetichealth/synthea"


@dataclass(frozen=True)
class Embeddings:
    """`path` below the inbox: .parquet; .npy or .npz with a .csv or .parquet of the same name. No folder: no images.

    `system`: the identifier system whose values `patient_id` holds, as phi/identities has it of the patients' source.
    `delivery`: under `full` all files together are all there is; under `delta` each adds, and replaces its namesake.
    `encoder`: of rows that name none. `width`: of all vectors; 0: of each encoder what most have. `timezone`: of times
    without zone. `settle_s`: a file changed more recently waits for the next night.
    """

    path: str
    system: str
    delivery: Delivery = "delta"
    encoder: str = ""
    width: int = 0
    timezone: str = "UTC"
    settle_s: float = 60.0

    def __post_init__(self) -> None:
        if self.delivery not in get_args(Delivery):
            raise ConfigError(f"delivery {self.delivery!r} is unknown; it is {' or '.join(get_args(Delivery))}.")
        if not self.system:
            raise ConfigError(
                "system is empty; expected the identifier system whose values patient_id holds, as under `identifying` "
                f"in the mapping of the source that delivers the patients, or as Patient.identifier says: {EXAMPLE}."
            )
        self._wanted()

    @property
    def writes(self) -> tuple[str, ...]:
        return (PHI_EMBEDDINGS.name,)

    @property
    def refers(self) -> str:
        return self.system

    def digest(self) -> str:
        return "1"

    def groups(self, root: Path) -> list[Group]:
        return self._found(root).groups()

    def aside(self, root: Path) -> dict[str, int]:
        return self._found(root).aside()

    def people(self, group: Group) -> pa.Table:  # noqa: ARG002
        return PEOPLE.empty_table()

    def spool(self, group: Group, homes: pa.Table, folder: Path) -> Spooled:
        require_persons(homes, self.system)
        return Pass(group, homes, folder, self._wanted()).run(_blocks(group))

    def read(self, folder: Path, batch: int, skip: np.ndarray | None = None) -> Shard:
        return read(folder, batch, skip)

    def digests(self, folder: Path, batch: int) -> pa.Table:
        return digests(folder, batch)

    def forget(self, root: Path, leaving: Leaving) -> list[Purged]:
        return forget(self._found(root).known(), leaving.keys)

    def _found(self, root: Path) -> Found:
        return Found(root, self.path, self.delivery, self.settle_s)

    def _wanted(self) -> Wanted:
        return Wanted(self.encoder, self.width, self.timezone)


def _blocks(group: Group) -> Iterator[Block | Refusal]:
    for entry in entries(list(group.files)):
        yield from blocks(entry, entry.lead.relative_to(group.folder or entry.lead.parent).as_posix())
