"""Nights with image embeddings: they land, follow their persons, are withdrawn, forgotten, and balance."""

import os
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import CheckFailed
from tests.runner.anna import act, traces
from tests.runner.hospital import Hospital, Row, patient

ANN, BOB = "ann-7", "bob-9"


def study(name: str, whose: str, **said: Any) -> Row:
    return {"resourceType": "ImagingStudy", "id": name, "status": "available", "started": "2021-01-08T09:59:00Z",
            "subject": {"reference": f"Patient/{whose}"}, **said}  # fmt: skip


def image(name: str, whose: str, number: int = 1, **said: Any) -> dict[str, Any]:
    return {"patient_id": whose, "study_id": name, "image_id": f"{name}-{number}", "time": "2021-01-08T09:59:00Z",
            "modality": "CR", "view": "PA", "encoder": "net:1", "embedding": [float(number), 0.5], **said}  # fmt: skip


def deliver(made: Hospital, *rows: dict[str, Any], name: str = "films") -> None:
    path = made.root / "inbox" / "embeddings" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if rows:
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
        os.utime(path, (time.time() - 3600,) * 2)


@pytest.fixture
def made(hospital: Hospital) -> Hospital:
    """Two persons with a study each; no images yet."""
    hospital.steps.clear()
    hospital.summaries.clear()
    persons = [patient("ann", mrn=ANN), patient("bob", mrn=BOB)]
    hospital.fhir("1", *persons, study("sa", "ann"), study("sb", "bob"))
    return hospital


def kept(made: Hospital) -> dict[str, int]:
    """image_id -> whose it is now."""
    rows = made.table("phi/embeddings")
    return dict(zip(rows["image_id"].to_pylist(), rows["subject_id"].to_pylist(), strict=True)) if len(rows) else {}


def night(made: Hospital) -> dict[str, Any]:
    said = made.night()
    assert all(line["holds"] for line in said["balance"]), said["balance"]
    return said


def first_of(made: Hospital) -> list[float]:
    """The first number of every vector, in order."""
    return sorted(vector[0] for vector in made.column("phi/embeddings", "embedding"))


def test_images_are_their_persons_and_an_unchanged_night_does_nothing(made: Hospital) -> None:
    deliver(made, image("sa", ANN), image("sa", ANN, 2), image("sb", BOB), image("sx", "nobody"))
    said = night(made)
    assert kept(made) == {"sa-1": made.subject("ann"), "sa-2": made.subject("ann"), "sb-1": made.subject("bob")}
    assert made.column("phi/quarantine", "rule") == ["unknown-patient"]
    assert said["persons"] == 2, "a source that refers brings nobody"
    before = made.snapshot.id
    assert made.night()["status"] == "unchanged" and made.snapshot.id == before


def test_who_comes_later_gets_their_images_by_a_replay(made: Hospital) -> None:
    deliver(made, image("sa", ANN), image("sc", "mrn-cay-1"))
    night(made)
    made.fhir("2", patient("cay", mrn="mrn-cay-1"), study("sc", "cay"))
    night(made)
    assert set(kept(made)) == {"sa-1"}
    made.night(replay=True)
    assert kept(made) == {"sa-1": made.subject("ann"), "sc-1": made.subject("cay")}
    assert made.column("phi/quarantine", "rule") == []


def test_under_a_delta_the_newest_vector_wins_and_a_file_replaces_itself(made: Hospital) -> None:
    deliver(made, image("sa", ANN), image("sb", BOB))
    night(made)
    deliver(made, image("sa", ANN, embedding=[7.0, 0.5]), image("sa", ANN, encoder="net:2"), name="later")
    night(made)
    assert first_of(made) == [1.0, 1.0, 7.0]
    deliver(made, image("sb", BOB), name="later")
    deliver(made)
    night(made)
    assert first_of(made) == [1.0], "what a group does not say any more is withdrawn; absent files delete nothing"


def test_under_full_what_is_absent_goes_but_not_too_much(made: Hospital) -> None:
    made.delivery, made.numbers["max_loss"] = "full", 0.5
    images = [image("sa", ANN, n) for n in range(60)]
    deliver(made, *images)
    deliver(made, image("sb", BOB), name="more")
    night(made)
    deliver(made, *images, image("sa", ANN, 60))
    said = night(made)
    assert said["sources"]["embeddings"]["persons_unchanged"] == 1
    assert len(kept(made)) == 62
    deliver(made, name="more")
    night(made)
    assert len(kept(made)) == 61 and set(kept(made).values()) == {made.subject("ann")}
    deliver(made, *images[:5])
    with pytest.raises(CheckFailed, match="phi/embeddings"):
        made.night()
    assert len(kept(made)) == 61


def test_a_merge_moves_the_images_and_its_reversal_moves_them_back(made: Hospital) -> None:
    made.numbers["shard_subjects"], made.engine = 1, {"kind": "serial", "batch_mb": 0.0001}  # a batch each
    deliver(made, image("sa", ANN), image("sb", BOB))
    night(made)
    apart = made.contents()
    made.fhir("2", patient("bob", mrn=BOB, links={"ann": "replaced-by"}))
    night(made)
    assert set(kept(made).values()) == {made.subject("ann")} and made.snapshot.shards("phi/embeddings") == ["00000000"]
    made.fhir("3", patient("bob", mrn=BOB))
    night(made)
    assert kept(made)["sb-1"] == made.subject("bob") != made.subject("ann")
    assert made.contents()["phi/embeddings"] == apart["phi/embeddings"]


def test_who_is_forgotten_leaves_files_and_lake_and_stays_out(made: Hospital) -> None:
    deliver(made, image("sa", ANN), image("sb", BOB), image("s-ann-bad", ANN, time="never"))
    night(made)
    act(made, "ann")
    assert set(kept(made)) == {"sb-1"} and made.column("phi/quarantine", "rule") == []
    assert traces(made.root / "inbox", ANN, "sa-1") == traces(made.lake.root, ANN, "sa-1", "s-ann-bad") == []
    assert made.night()["status"] == "unchanged"
    deliver(made, image("sb", BOB), image("sa", ANN), image("sa", ANN, 2), name="again")
    assert night(made)["barred"] == 2
    assert traces(made.lake.root, ANN, "sa-1", "sa-2") == [] and set(kept(made)) == {"sb-1"}


def test_without_anybody_whom_it_names_the_source_is_left_out_and_read_later(made: Hospital) -> None:
    made.fhir("1", patient("ann"))
    deliver(made, image("sa", ANN))
    said = made.night()
    assert list(said["refused"]) == ["embeddings"] and "urn:mrn" in said["refused"]["embeddings"]
    made.fhir("2", patient("ann", mrn=ANN))
    night(made)
    assert set(kept(made)) == {"sa-1"}
