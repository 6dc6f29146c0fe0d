"""A night with films: rows of their persons, encoded once, and nothing of their headers in logs or in the report."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.checkpoints import resnet
from tests.etl.films.made import RAMP, dicom
from tests.runner.hospital import Hospital, Row, patient

SAID = ("Smith", "MRN", "1.2.826.7")  # what headers of the films hold
STUDY: Row = {"resourceType": "ImagingStudy", "id": "chest-ann", "status": "available",
              "started": "2026-01-02T10:11:12Z", "subject": {"reference": "Patient/ann"}}  # fmt: skip


def settled(path: Path) -> None:
    os.utime(path, (time.time() - 3600,) * 2)


@pytest.fixture
def made(tmp_path: Path) -> Hospital:
    found = Hospital(tmp_path, steps={}, summaries={})
    found.fhir("one", patient("ann", mrn="ann-7"), STUDY)
    return found


def sources(checkpoint: Path) -> dict[str, Any]:
    films = {"path": "inbox/films", "checkpoint": str(checkpoint), "system": "urn:mrn", "study": "StudyID"}
    resources = {"path": "inbox/fhir", "delivery": "delta", "settle_s": 0}
    return {"fhir": {"uses": "etl.sources.fhir:Fhir", "with": resources},
            "films": {"uses": "etl.films.source:Films", "with": films}}  # fmt: skip


def test_films_become_vectors(made: Hospital, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checkpoint, folder = resnet(tmp_path / "tiny"), tmp_path / "inbox" / "films" / "monday"
    told = {"PatientID": "ann-7", "StudyID": "chest-ann", "SOPInstanceUID": "1.2.826.7.1", "InstitutionName": "Smith's"}
    settled(dicom(folder / "Smith_Anna.dcm", **told))
    settled(dicom(folder / "again.dcm", RAMP[::-1], **{**told, "SOPInstanceUID": "1.2.826.7.2"}))
    settled(dicom(folder / "Smith_Bob.dcm", **{**told, "PatientID": "MRN-77"}))
    manifest = made.night(sources=sources(checkpoint))
    assert all(line["holds"] for line in manifest["balance"]), manifest["balance"]
    images, studies = made.table("phi/embeddings"), made.table("phi/fhir/ImagingStudy")
    assert len(images) == 2 and set(images["subject_id"].to_pylist()) == {made.subject("ann")}
    assert images["study_id"].unique().to_pylist() == studies["id"].to_pylist(), "the study of the FHIR export"
    refused = made.table("phi/quarantine").to_pylist()
    assert [row["rule"] for row in refused if row["source"] == "films"] == ["unknown-patient"]
    said = [str(manifest), *capfd.readouterr()]
    said += [path.read_text() for path in (made.root / "lake" / "runs").rglob("*") if path.is_file()]
    assert not [word for word in SAID if any(word in text for text in said)]
    before = made.snapshot.id
    made.night(sources=sources(checkpoint))
    assert made.snapshot.id == before, "nothing is new"
