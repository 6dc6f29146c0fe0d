"""Nights with image embeddings: they land, follow their persons, pass the gate with their studies, and go."""

import os
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.runner.hospital import STEPS, Hospital, Row, person

GATE = {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules"]}}
CHECKS = {"leaks": "nlp.deid.audit.check:LeakAudit"}
SUMMARIES = {"known": "nlp.deid.audit.digests:KnownDigests"}


def film(study: str, whose: str, image: str = "1") -> Row:
    """One image of a study, as the hospital's own tables have it."""
    return {"table": "imaging_studies", "Id": study, "DATE": "2021-01-08T09:59:00Z", "PATIENT": whose,
            "SERIES_UID": f"1.2.{len(study)}", "INSTANCE_UID": f"1.2.{len(study)}.{image}", "MODALITY_CODE": "CR",
            "MODALITY_DESCRIPTION": "Computed Radiography", "SOP_CODE": "1.2.840.10008.5.1.4.1.1.1",
            "SOP_DESCRIPTION": "Computed Radiography Image Storage"}  # fmt: skip


def image(study: str, whose: str, number: str = "1", **said: Any) -> dict[str, Any]:
    vector = [float(len(study)), float(number), 0.5]
    return {"patient_id": whose, "study_id": study, "image_id": f"{study}-{number}", "time": "2021-01-08T09:59:00Z",
            "modality": "CR", "view": "PA", "encoder": "net:1", "embedding": vector, **said}  # fmt: skip


def deliver(made: Hospital, *rows: dict[str, Any], name: str = "films") -> None:
    path = made.root / "inbox" / "embeddings" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    os.utime(path, (time.time() - 3600,) * 2)


@pytest.fixture
def made(tmp_path: Any) -> Hospital:
    """Two persons with a study each, and a gate."""
    found = Hospital(tmp_path, steps={**STEPS, "deid": GATE}, summaries=SUMMARIES, checks=CHECKS)
    found.csv("one", person("ann"), person("bob"), film("chest-ann", "ann"), film("bob-thorax", "bob"))
    return found


def kept(made: Hospital) -> dict[str, int]:
    """image_id -> whose it is now."""
    rows = made.table("phi/embeddings")
    return dict(zip(rows["image_id"].to_pylist(), rows["subject_id"].to_pylist(), strict=True)) if len(rows) else {}


def balances(manifest: dict[str, Any]) -> bool:
    return all(line["holds"] for line in manifest["balance"])


def test_open_embeddings_meet_open_studies(made: Hospital) -> None:
    deliver(made, image("chest-ann", "ann"), image("chest-ann", "ann", "2"), image("bob-thorax", "bob"))
    manifest = made.night()
    assert balances(manifest)
    assert kept(made) == {"chest-ann-1": (ann := made.subject("ann", "csv")), "chest-ann-2": ann,
                          "bob-thorax-1": made.subject("bob", "csv")}  # fmt: skip
    images, studies = made.table("embeddings"), made.table("fhir/ImagingStudy")
    owned = set(zip(studies["id"].to_pylist(), studies["subject_id"].to_pylist(), strict=True))
    assert set(zip(images["study_id"].to_pylist(), images["subject_id"].to_pylist(), strict=True)) == owned
    assert len(images) == 3 and len(owned) == 2 and not {"chest-ann", "bob-thorax"} & {study for study, _ in owned}
    assert sorted(np.array(images["embedding"].to_pylist())[:, 1].tolist()) == [1.0, 1.0, 2.0]
    assert not {"patient_id", "source", "origin_id"} & set(images.column_names)
