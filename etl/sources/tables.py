"""A source of delimited tables: any export that a folder of mappings describes."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa

from contract.errors import ConfigError, InputError
from contract.work import Delivery, Group, Leaving, Purged, Shard, Spooled
from etl.mapping.load import Mapping, load
from etl.sources.tables_delivered import check_version, require_tables
from etl.sources.tables_digests import person_digests
from etl.sources.tables_forget import forget
from etl.sources.tables_groups import find_groups, left_aside
from etl.sources.tables_people import read_people
from etl.sources.tables_read import read_batch
from etl.sources.tables_rows import Spool
from etl.sources.tables_spool import spool_group
from etl.sources.tables_tombstones import tombstones
from etl.sources.tables_weight import weight


@dataclass(frozen=True)
class Tables:
    """`mapping`: a folder below fhir_mappings, or a path. `path`: where the files are, below the root of all inboxes.

    `settle_s`: a group with a file changed more recently is still being written and waits for the next night.
    `timezone`: of local times without zone, when it is not the mapping's own.
    `maps`: a folder of NAME.csv, maps of this site that stand over the mapping's own.
    """

    mapping: str
    path: str
    delivery: Delivery = "full"
    settle_s: float = 30
    timezone: str = ""
    maps: str = ""

    def __post_init__(self) -> None:
        if self.timezone and self.timezone not in available_timezones():
            raise ConfigError(
                f"timezone {self.timezone!r} is unknown; write it like Europe/Stockholm, or leave it out."
            )
        if self.delivery not in get_args(Delivery):
            raise ConfigError(f"delivery {self.delivery!r} is unknown; it is {' or '.join(get_args(Delivery))}.")

    @property
    def known(self) -> Mapping:
        return load(self.mapping, self.maps)

    @property
    def writes(self) -> tuple[str, ...]:
        return tuple(f"phi/fhir/{name}" for name in self.known.types)

    def digest(self) -> str:
        """sha256 of the mapping's files and of the site's maps, for the manifest."""
        return self.known.digest

    def groups(self, root: Path) -> list[Group]:
        return find_groups(root / self.path, self.known, self.delivery, self.settle_s)

    def aside(self, root: Path) -> dict[str, int]:
        return left_aside(root / self.path, self.known, self.delivery, self.settle_s)

    def people(self, group: Group) -> pa.Table:
        check_version(group, self.known)
        found = read_people(group, self.known)
        if self.delivery == "full" and self.known.patients and not len(found):
            expected = ", ".join(self.known.patients.raw.files)
            raise InputError(
                f"a full delivery with no person in {expected}: the file is empty, or no row below its header "
                "has an id. Everybody would vanish. Export it again, or say `delivery: delta` of the source."
            )
        return found

    def weight(self, group: Group) -> float:
        return weight(group, self.known)

    def spool(self, group: Group, homes: pa.Table, folder: Path) -> Spooled:
        found = spool_group(group, homes, folder, self.known)
        if self.delivery == "full":
            require_tables(group, self.known, found)
            return found
        return replace(found, deleted=tombstones(folder, found.batches, self.known, self.timezone or self.known.zone))

    def digests(self, folder: Path, batch: int) -> pa.Table:
        return person_digests(folder, batch, self.known)

    def read(self, folder: Path, batch: int, skip: np.ndarray | None = None) -> Shard:
        return read_batch(Spool(folder, batch, skip), self.known, self.timezone or self.known.zone)

    def forget(self, root: Path, leaving: Leaving) -> list[Purged]:
        return forget(root / self.path, self.known, leaving)
