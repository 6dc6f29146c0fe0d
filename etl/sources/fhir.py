"""A source of FHIR R4: bulk exports (NDJSON), folders of Bundles, single resources; plain or .gz."""

import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from contract.work import Delivery, Group, Leaving, Purged, Shard, Spooled
from etl.fhir import files, knowledge
from etl.fhir.forget import forget
from etl.fhir.people import people
from etl.fhir.read import read
from etl.fhir.receive import Reception
from etl.fhir.spool import Homes
from etl.fhir.versions import refuse_other_versions
from schemas.fhir import resource_types


@dataclass(frozen=True)
class Fhir:
    """`path` below the inbox; `identities` names a file of fhir_mappings/fhir/.

    A group in which a file changed within the last `settle_s` seconds waits for the next night.
    """

    path: str
    delivery: Delivery = "full"
    settle_s: float = 60.0
    identities: str = "identities"

    @property
    def writes(self) -> tuple[str, ...]:
        return (*(f"phi/fhir/{kind}" for kind in resource_types()), "phi/fhir/Other")

    def digest(self) -> str:
        return knowledge.digest((self.identities, "compartment", "versions"))

    def groups(self, root: Path) -> list[Group]:
        return files.groups(root, self.path, self.delivery, self.settle_s, time.time())

    def aside(self, root: Path) -> dict[str, int]:
        return files.aside(root, self.path, self.delivery, self.settle_s, time.time())

    def people(self, group: Group) -> pa.Table:
        refuse_other_versions(group.files)
        return people(group.files, knowledge.Identifying.named(self.identities))

    def spool(self, group: Group, homes: pa.Table, folder: Path) -> Spooled:
        return Reception(group, Homes(homes), folder).run()

    def read(self, folder: Path, batch: int) -> Shard:
        return read(folder, batch)

    def forget(self, root: Path, leaving: Leaving) -> list[Purged]:
        return forget(root / self.path, leaving)
