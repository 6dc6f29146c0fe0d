"""A delivery written to disk, and what the source makes of it."""

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contract.work import HOMES, TALLY, Shard, Spooled
from etl.sources.fhir import Fhir


@dataclass
class Night:
    """One group read as the nightly run reads it; persons are numbered as they come, `batches` of them."""

    spooled: Spooled
    people: pa.Table
    shards: list[Shard]

    def ids(self, kind: str) -> list[str]:
        tables = [shard[f"phi/fhir/{kind}"] for shard in self.shards if f"phi/fhir/{kind}" in shard]
        return [id_ for table in tables for id_ in table.column("id").to_pylist()]

    def quarantine(self) -> pa.Table:
        return pa.concat_tables([self.spooled.quarantine, *(shard["phi/quarantine"] for shard in self.shards)])


def homes(people: pa.Table, batches: int) -> pa.Table:
    number = np.arange(len(people))
    columns = [people.column("key"), number + 100, number + 100, number, (number % batches).astype("int32")]
    return pa.table(columns, names=HOMES.names).cast(HOMES)


def receive(root: Path, path: str, spool: Path, batches: int = 1) -> Night:
    source = Fhir(path, settle_s=0)
    (group,) = source.groups(root)
    people = source.people(group)
    spooled = source.spool(group, homes(people, batches), spool)
    shards = [dict(source.read(spool, batch)) for batch in spooled.batches]
    told = [row for shard in shards for row in shard.pop(TALLY).to_pylist()]
    read = {name: sum(row["rows"] for row in told if row["table"] == name) for name in spooled.rows_spooled}
    assert read == spooled.rows_spooled
    return Night(spooled, people, shards)


def write(folder: Path, files: dict[str, Any]) -> None:
    for name, said in files.items():
        said = said if isinstance(said, dict) else {"text": said}
        content = said["text"].encode(said.get("encoding", "utf-8"))
        content = gzip.compress(content) if name.endswith(".gz") else content
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content[: len(content) - said.get("cut", 0)])


def real(name: str) -> Path:
    """A folder of real data; the test is skipped where there is none."""
    root = os.environ.get("CHARTLOOM_DATA")
    if not root or not (Path(root) / name).is_dir():
        pytest.skip(f"CHARTLOOM_DATA names no folder that holds {name}: real data is not tested")
    return Path(root) / name
