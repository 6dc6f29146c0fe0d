"""A lake with one published snapshot of a few made-up rows."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake

NIGHT = "20261120T230000Z"


def publish(root: Path, rows: Mapping[str, Mapping[str, Sequence[Any]]]) -> Path:
    """`rows`: of each table its columns."""
    lake = Lake(root)
    lake.create()
    draft = Draft(None, root / "work")
    for name, columns in rows.items():
        draft.add([parquet.write(table(name), pa.table(columns), "00000000", root / "work")])
    said = {name: {"rows": len(next(iter(columns.values()))), "bytes": 100} for name, columns in rows.items()}
    manifest = {"run_id": NIGHT, "finished": "2026-11-20T23:00:09+00:00", "tables": said, "status": "published",
                "pipeline": "nightly", "seconds": 1.5, "cpu_seconds": 1.0, "peak_mb": 100.0,
                "snapshot": NIGHT}  # fmt: skip
    draft.documents["manifest.json"] = json.dumps(manifest).encode()
    lake.publish(draft, NIGHT)
    (root / "runs" / NIGHT).mkdir()
    (root / "runs" / NIGHT / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return root
