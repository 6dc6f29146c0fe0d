"""Drafts as rows: priors that the timeline holds, and an account that loses no study."""

import numpy as np
import pyarrow as pa

from imaging import rows
from imaging.draft import Draft, Sentence
from imaging.finding import Finding
from imaging.readable import Expected, sorted_out
from imaging.studies import NONE, read
from schemas.registry import table
from tests.imaging.test_pairs import at, timeline
from tests.imaging.test_studies import embeddings

IMAGES = embeddings((1, "s1", "1", at(8), [1.0]), (1, "s2", "1", at(12), [1.0]))


def study(name: str, hour: int, code: str = "IMAGING//CR") -> tuple[str, str, object, str, None]:
    return code, f"ImagingStudy/{name}", at(hour), "e1", None


def priors(*events: tuple[str, str, object, str, None]) -> tuple[list[str], list[list[str]]]:
    studies = read(IMAGES)
    seen = rows.shown({"embeddings": IMAGES, "timeline": timeline(*events)})  # type: ignore[arg-type]
    found, flags = rows.with_priors(studies, seen, told=True)
    return [studies.study_id[each] if each != NONE else "" for each in found.prior], flags


def test_a_prior_that_the_timeline_holds_may_be_compared_with() -> None:
    assert priors(study("s1", 8), study("s2", 12)) == (["", "s1"], [[], []])


def test_a_prior_that_the_timeline_does_not_hold_is_none() -> None:
    assert priors(study("s2", 12)) == (["", ""], [[], []])


def test_a_study_between_that_cannot_be_read_stands_in_the_way() -> None:
    assert priors(study("s1", 8), study("between", 10), study("s2", 12)) == (["", ""], [[], ["prior-not-read"]])


def test_an_earlier_study_of_another_modality_does_not() -> None:
    assert priors(study("s1", 8), study("between", 10, "IMAGING//CT"), study("s2", 12)) == (["", "s1"], [[], []])


def test_without_a_timeline_a_study_between_that_cannot_be_read_stands_in_the_way_too() -> None:
    images = embeddings((1, "s1", "1", at(8), [1.0]), (1, "bad", "1", at(10), [1.0]), (1, "s2", "1", at(12), [1.0]))
    studies = read(images).take(np.array([0, 2]))
    found, flags = rows.with_priors(studies, rows.shown({"embeddings": images}), told=False)
    assert found.prior.tolist() == [NONE, NONE] and flags == [[], ["prior-not-read"]]


def test_the_last_study_of_the_modality_counts_though_another_one_was_read_since() -> None:
    images = embeddings((1, "s1", "1", at(8), [1.0]), (1, "ct", "1", at(10), [1.0]), (1, "s2", "1", at(12), [1.0]))
    place = images.column_names.index("modality")
    images = images.set_column(place, "modality", pa.array(["CR", "CT", "CR"]))
    found, flags = rows.with_priors(read(images), rows.shown({"embeddings": images}), told=False)
    assert found.prior.tolist() == [NONE, NONE, 0] and flags == [[], [], []]


def test_an_empty_timeline_holds_no_prior() -> None:
    assert priors() == (["", ""], [[], []])
    assert rows.told({"embeddings": IMAGES, "timeline": timeline()})


def test_every_study_has_its_account() -> None:
    shard = {"embeddings": IMAGES, "timeline": timeline(study("s1", 8), study("bare", 9))}  # type: ignore[arg-type]
    seen = rows.shown(shard)
    read_in = sorted_out(IMAGES, Expected("e", 1))
    made = rows.account(seen, read_in, [Draft((Sentence("No effusion."),)), Draft(())], "art")
    assert made.select(["study_id", "images", "images_read", "sentences", "flags"]).to_pylist() == [
        {"study_id": "s1", "images": 1, "images_read": 1, "sentences": 1, "flags": []},
        {"study_id": "s2", "images": 1, "images_read": 1, "sentences": 0, "flags": []},
        {"study_id": "bare", "images": 0, "images_read": 0, "sentences": 0, "flags": ["no-image"]},
    ]
    untrained = rows.no_artifact(seen).to_pylist()
    assert [row["flags"] for row in untrained] == [["no-artifact"], ["no-artifact"], ["no-artifact", "no-image"]]


def test_a_draft_becomes_a_row_of_the_table() -> None:
    effusion = Finding("effusion", "left", score=0.75)
    draft = Draft(
        (Sentence("Left effusion.", "effusion", "new", 0.75, "template", "s0"),), (effusion,), ("doubtful:nodule",),
        (Finding("nodule", score=0.25),),
    )  # fmt: skip
    studies = read(IMAGES.slice(0, 1))
    made = rows.reports(studies, rows.flagged([draft], [["prior-not-read"]]), "art")
    assert made.schema.equals(table("reports").schema)
    row = made.to_pylist()[0]
    assert row["time"] == at(8)
    assert row["text"] == "Left effusion."
    assert row["sentences"] == [
        {"text": "Left effusion.", "finding": "effusion", "state": "new", "score": 0.75, "source": "template",
         "prior_study_id": "s0"}
    ]  # fmt: skip
    assert [(each["finding"], each["state"], each["side"]) for each in row["findings"]] == [
        ("effusion", "present", "left"), ("nodule", "doubtful", None),
    ]  # fmt: skip
    assert row["flags"] == ["doubtful:nodule", "prior-not-read"]


def test_no_timeline_leaves_priors_as_the_images_tell() -> None:
    studies = read(IMAGES)
    seen = rows.shown({"embeddings": IMAGES})
    found, _ = rows.with_priors(studies, seen, told=rows.told({"embeddings": IMAGES}))
    assert found.prior.tolist() == [NONE, 0]
    assert isinstance(seen.timeline, pa.Table)
