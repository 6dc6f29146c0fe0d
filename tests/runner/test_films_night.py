"""Nights with films: rows of their persons, encoded once, nothing of their headers in logs; a person is forgotten."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from etl.films.source import KEPT
from runner.config import load
from runner.forgetting import forget
from runner.forgetting.elsewhere import HEATMAPS
from runner.forgetting.person import Asked
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
    leaves(made, checkpoint, folder)


def test_without_its_checkpoint_the_night_goes_on(made: Hospital, tmp_path: Path) -> None:
    settled(dicom(tmp_path / "inbox" / "films" / "monday" / "a.dcm"))
    manifest = made.night(sources=sources(tmp_path / "nowhere"))
    assert list(manifest["refused"]) == ["films"] and made.ids("Patient") == ["ann"]
    assert "no such folder" in str(manifest["refused"])


def leaves(made: Hospital, checkpoint: Path, folder: Path) -> None:
    """Ann, out of the lake, the inbox, the vectors that were kept; heat maps go, whoever they are of."""
    maps = made.lake.root / HEATMAPS
    maps.mkdir()
    (maps / "0.png").touch()
    config = load(made.configure(sources=sources(checkpoint)))
    forget.forget(config, "nightly", [Asked("ann-7")], lambda _: None)
    assert not len(made.table("phi/embeddings")) and not maps.exists()
    left = [path.name for path in folder.parent.rglob("*") if path.is_file()]
    assert sorted(left) == [KEPT, "Smith_Bob.dcm"]
    with closing(sqlite3.connect(folder.parent / KEPT)) as store:
        assert store.execute("select count(*) from vectors").fetchone() == (0,)
    made.night(sources=sources(checkpoint))
    assert not len(made.table("phi/embeddings"))
