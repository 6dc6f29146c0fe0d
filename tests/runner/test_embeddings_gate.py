"""Image embeddings through the gate in whole nights: they meet their open studies, or stay behind with them."""

from pathlib import Path
from typing import Any

import pytest

from runner.forgetting import opting
from runner.forgetting.person import Asked
from tests.runner.hospital import Hospital, Row, note, patient
from tests.runner.test_embeddings_night import deliver, image, study

SECRET = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
WHO = {"ann": "m-ann", "bob": "m-bob", "cay": "m-cay"}


def gate(policy: str) -> dict[str, Any]:
    return {"deid": {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules"], "policy": policy}}}


def report() -> Row:
    return {**note("report-bob", "bob", "The lungs are clear."), "imagingStudy": [{"reference": "ImagingStudy/film-b"}]}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """Three persons; one study of Ann's is restricted, one of Bob's is in no FHIR; Cay opts out later."""
    root: Path = tmp_path_factory.mktemp("gate")
    made = Hospital(root, steps=gate("research"), summaries={}, checks={"leaks": "nlp.deid.audit.check:LeakAudit"})
    made.summaries = {"known": "nlp.deid.audit.digests:KnownDigests"}
    studies = [
        study("film-a", "ann"),
        study("film-a2", "ann", meta=SECRET),
        study("film-b", "bob"),
        study("film-c", "cay"),
    ]
    made.fhir("1", *(patient(key, mrn=mrn) for key, mrn in WHO.items()), *studies, report())
    images = [
        image("film-a", "m-ann"),
        image("film-a2", "m-ann", 9),
        image("film-b", "m-bob"),
        image("film-b", "m-bob", 2),
    ]
    deliver(made, *images, image("ghost", "m-bob", 8), image("film-c", "m-cay", 7))
    assert made.night()["status"] == "published"
    return made


def opened(made: Hospital) -> list[float]:
    return sorted(vector[0] for vector in made.column("embeddings", "embedding"))


def test_open_images_meet_open_studies_and_reports(lake: Hospital) -> None:
    studies = dict(
        zip(lake.column("fhir/ImagingStudy", "id"), lake.column("fhir/ImagingStudy", "subject_id"), strict=True)
    )
    images = lake.table("embeddings").to_pylist()
    assert {studies[row["study_id"]] for row in images} == {row["subject_id"] for row in images}
    assert all(studies[row["study_id"]] == row["subject_id"] for row in images)
    assert not {"film-a", "film-b", "film-c"} & (studies.keys() | {row["study_id"] for row in images})
    (said,) = lake.column("fhir/DiagnosticReport", "imagingStudy")
    bobs = {row["study_id"] for row in images if row["embedding"][0] == 2.0}
    assert {each["reference"] for each in said} == {f"ImagingStudy/{name}" for name in bobs}
    assert not {"patient_id", "source", "origin_id"} & set(lake.table("embeddings").column_names)


def test_a_restricted_study_and_one_that_nobody_knows_stay_behind(lake: Hospital) -> None:
    assert opened(lake) == [1.0, 1.0, 2.0, 7.0]
    account = lake.table("phi/deid_account").to_pylist()
    assert {row["action"] for row in account if row["table"] == "embeddings"} >= {
        "withhold: restricted", "drop: row without what it must have"}  # fmt: skip


def test_who_opts_out_takes_the_images_along_and_safe_harbor_has_none(lake: Hospital) -> None:
    opting.opt(lake.lake.root, [Asked("cay")], undo=False)
    lake.night()
    assert opened(lake) == [1.0, 1.0, 2.0] and len(lake.table("phi/embeddings")) == 6
    lake.steps = gate("safe_harbor")
    lake.night()
    assert opened(lake) == []
