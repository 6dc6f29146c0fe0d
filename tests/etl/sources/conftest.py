"""A night over an inbox of raw tables: spooled once, every batch read."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from contract.work import TALLY, Shard, Spooled
from etl.sources.tables import Tables


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
