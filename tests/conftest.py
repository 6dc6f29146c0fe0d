"""A lake with one published snapshot of a few made-up rows, for tests of what reads a lake."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.registry import table
from store import parquet
from store.lake import Draft, Lake

ROWS = {
    "phi/fhir/Patient": {"id": ["a", "b"], "subject_id": [1, 2], "source": ["s", "s"], "arrival": [0, 0],
                         "gender": ["female", "male"]},
    "phi/fhir/Other": {"id": ["x", "y"], "subject_id": [1, 2], "resourceType": ["Basic", "Flag"],
                       "source": ["s", "s"], "arrival": [0, 0],
                       "resource_json": ['{"resourceType":"Basic","id":"x"}', '{"resourceType":"Flag","id":"y"}']},
    "fhir/Patient": {"id": ["o"], "subject_id": [9], "gender": ["female"]},
    "phi/notes": {"note_id": ["n1"], "subject_id": [1], "text": ["Ms Tulip was seen."]},
    "timeline": {"subject_id": [9, 9], "code": ["LOINC//1", "LOINC//2"], "numeric_value": [1.5, None]},
    "phi/quarantine": {"source": ["s", "s", "s"], "rule": ["date-format", "date-format", "required"],
                       "file": ["tulip.csv"] * 3, "line": [3, 9, 12], "target": ["patients"] * 3,
                       "message": ["a date such as 2026-11-20 was expected"] * 3, "raw": ["Tulip,soon"] * 3},
}  # fmt: skip


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small") / "lake"
    lake = Lake(root)
    lake.create()
    draft = Draft(None, root / "work")
    for name, columns in ROWS.items():
        draft.add([parquet.write(table(name), pa.table(columns), "00000000", root / "work")])
    said = {name: {"rows": len(next(iter(columns.values()))), "bytes": 100} for name, columns in ROWS.items()}
    manifest = {"run_id": "20261120T230000Z", "finished": "2026-11-20T23:00:09+00:00", "tables": said,
                "status": "published", "pipeline": "nightly", "seconds": 1.5, "cpu_seconds": 1.0, "peak_mb": 100.0,
                "snapshot": "20261120T230000Z"}  # fmt: skip
    draft.documents["manifest.json"] = json.dumps(manifest).encode()
    lake.publish(draft, "20261120T230000Z")
    (root / "runs" / "20261120T230000Z").mkdir()
    (root / "runs" / "20261120T230000Z" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return root
