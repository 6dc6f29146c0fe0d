"""Files of embeddings for tests: rows as a table, its vectors as an array, and a spool over them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from contract.work import HOMES, Group, Spooled
from etl.embeddings.source import Embeddings

HOME = pa.Table.from_pylist(
    [{"key": key, "origin_id": n, "subject_id": n, "ordinal": n, "batch": n % 2} for n, key in enumerate("abcde")],
    HOMES,
)
COLUMNS = ("patient_id", "study_id", "image_id", "time", "modality", "body_part", "view", "encoder")


def image(number: int, **said: Any) -> dict[str, Any]:
    return {"patient_id": "abcde"[number % 5], "study_id": f"s{number}", "image_id": f"i{number}",
            "time": "2021-01-08T09:59:00Z", "modality": "CR", "body_part": "CHEST", "view": "PA", "encoder": "net:1",
            "embedding": [float(number), 1.0, -0.5], **said}  # fmt: skip


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Without the vectors."""
    return pa.table({name: pa.array([row.get(name) for row in rows]) for name in COLUMNS})


def vectors(rows: Sequence[dict[str, Any]]) -> Any:
    return np.array([row["embedding"] for row in rows], np.float32)


def csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    pacsv.write_csv(table(rows), path)


@dataclass
class Inbox:
    root: Path
    source: Embeddings = Embeddings("films", "mrn", settle_s=0)  # noqa: RUF009

    @property
    def folder(self) -> Path:
        found = self.root / "films"
        found.mkdir(exist_ok=True)
        return found

    def spool(self) -> Spooled:
        (group,) = self.groups()
        return self.source.spool(group, HOME, self.root)

    def groups(self) -> list[Group]:
        return self.source.groups(self.root)

    def rules(self, found: Spooled | None = None) -> dict[str, int]:
        """Rule -> rows; and that every row in is spooled or rejected."""
        said = found or self.spool()
        assert sum(said.rows_in.values()) == sum(said.rows_spooled.values()) + len(said.quarantine)
        assert all(said.quarantine["message"].to_pylist())
        return dict(Counter(said.quarantine["rule"].to_pylist()))

    def read(self) -> list[dict[str, Any]]:
        """Rows of both batches, by image."""
        shards = [self.source.read(self.root, batch) for batch in (0, 1)]
        rows = [row for shard in shards if "phi/embeddings" in shard for row in shard["phi/embeddings"].to_pylist()]
        return sorted(rows, key=lambda row: str(row["image_id"]))
