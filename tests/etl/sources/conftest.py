"""A night over an inbox of raw tables: spooled once, every batch read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.work import TALLY, Shard, Spooled
from etl.sources.tables import Tables
from simulate.config import HospitalConfig
from simulate.hospital import simulate


@pytest.fixture(scope="session")
def night() -> Callable[..., tuple[Spooled, list[Shard]]]:
    return _night


def homes(people: pa.Table, batches: int = 1) -> pa.Table:
    """Subjects 1, 2, ... in the order the persons came in."""
    count = range(len(people))
    subject = pa.array([i + 1 for i in count], pa.int64())
    columns = {
        "key": people["key"],
        "origin_id": subject,
        "subject_id": subject,
        "ordinal": pa.array(count, pa.int64()),
    }
    return pa.table({**columns, "batch": pa.array([i * batches // len(people) for i in count], pa.int32())})


def _night(inbox: Path, work: Path, mapping: str = "synthea", batches: int = 1) -> tuple[Spooled, list[Shard]]:
    source = Tables(mapping, inbox.name, settle_s=0)
    (group,) = source.groups(inbox.parent)
    spooled = source.spool(group, homes(source.people(group), batches), work)
    assert sum(spooled.rows_in.values()) == sum(spooled.rows_spooled.values()) + len(spooled.quarantine)
    shards = [dict(source.read(work, batch)) for batch in spooled.batches]
    told = [row for shard in shards for row in shard.pop(TALLY).to_pylist()]
    read = {name: sum(row["rows"] for row in told if row["table"] == name) for name in spooled.rows_spooled}
    assert read == spooled.rows_spooled
    return spooled, shards


@pytest.fixture
def read_hl7(tmp_path: Path) -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """FHIR rows by type, without their nulls, and the quarantine, of messages that came as one file each."""

    def of(*files: str | bytes) -> dict[str, list[dict[str, Any]]]:
        inbox = tmp_path / "inbox"
        inbox.mkdir()
        for number, text in enumerate(files):
            (inbox / f"{number:03d}.hl7").write_bytes(text if isinstance(text, bytes) else text.encode())
        spooled, shards = _night(inbox, tmp_path / "work", "hl7v2")
        made: dict[str, list[dict[str, Any]]] = {"quarantine": spooled.quarantine.to_pylist()}
        for shard in shards:
            for name, table in shard.items():
                made.setdefault(name.removeprefix("phi/").removeprefix("fhir/"), []).extend(table.to_pylist())
        return {name: [_without_nulls(row) for row in rows] for name, rows in made.items()}

    return of


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value if each is not None] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """csv/ of a small simulated hospital."""
    out = tmp_path_factory.mktemp("simulated") / "hospital"
    simulate(HospitalConfig(patients=8, seed=11, embeddings=False), out)
    return out / "csv"
