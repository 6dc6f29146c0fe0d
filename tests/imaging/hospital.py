"""A made-up hospital whose films are easy to read: one coordinate a finding, and reports that say what is there."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.registry import table

WIDTH, ENCODER = 12, "easy@1"
SAID = {
    "effusion": ("Small left pleural effusion.", "No pleural effusion."),
    "cardiomegaly": ("The heart is enlarged.", "Heart size is normal."),
    "pneumothorax": ("Right apical pneumothorax.", "No pneumothorax."),
}


def films(many: int, seed: int = 1) -> tuple[pa.Table, list[str]]:
    """Rows of embeddings, one film a study and two studies a person; and of each its report."""
    rng = np.random.default_rng(seed)
    here = rng.random((many, len(SAID))) < 0.3
    vectors = 0.3 * rng.normal(size=(many, WIDTH))
    vectors[:, : len(SAID)] += 4 * here
    start = datetime(2020, 1, 1)
    rows = [
        {
            "subject_id": at // 2, "study_id": f"s{at}", "image_id": "1", "time": start + timedelta(days=at),
            "modality": "CR", "encoder": ENCODER, "embedding": vectors[at].tolist(),
        }
        for at in range(many)
    ]  # fmt: skip
    texts = [" ".join(SAID[name][not there] for name, there in zip(SAID, each, strict=True)) for each in here]
    return pa.Table.from_pylist(rows, schema=table("embeddings").schema), texts


def write(folder: Path, many: int = 600, seed: int = 1) -> Path:
    """As `chartloom train reports --data` reads it."""
    rows, texts = films(many, seed)
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, folder / "embeddings.parquet")
    pq.write_table(pa.table({"study_id": rows["study_id"], "text": texts}), folder / "reports.parquet")
    return folder
