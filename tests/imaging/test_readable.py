"""Images that cannot be read are named with their reason, and cost their neighbours nothing."""

import math

import pyarrow as pa

from imaging.readable import Expected, sorted_out
from schemas.registry import table

EXPECTED = Expected("net@1", 2, ("CR", "DX"), ("CHEST",))


def image(study: str, **changed: object) -> dict[str, object]:
    said = {"subject_id": 1, "image_id": "1", "modality": "CR", "body_part": "CHEST", "encoder": "net@1"}
    return {**said, "study_id": study, "embedding": [0.5, 1.0], **changed}


def rows(*images: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(images), schema=table("embeddings").schema)


def test_each_fault_has_its_name() -> None:
    read = sorted_out(
        rows(
            image("good"),
            image("encoder", encoder="net@2"),
            image("width", embedding=[1.0]),
            image("nan", embedding=[math.nan, 1.0]),
            image("infinite", embedding=[math.inf, 1.0]),
            image("null", embedding=[None, 1.0]),
            image("modality", modality="MR"),
            image("part", body_part="KNEE"),
        ),
        EXPECTED,
    )
    assert {study: flags for (_, study), flags in read.flags.items()} == {
        "encoder": ["other-encoder"], "width": ["other-width"], "nan": ["not-finite"], "infinite": ["not-finite"],
        "null": ["not-finite"], "modality": ["other-modality"], "part": ["other-body-part"],
    }  # fmt: skip
    assert read.studies.study_id.tolist() == ["good"]
    assert len(read.images) == 8


def test_good_images_of_a_study_are_read_without_the_bad_one() -> None:
    read = sorted_out(rows(image("a"), image("a", image_id="2", embedding=[math.nan, 0.0])), EXPECTED)
    assert read.studies.images.tolist() == [1]
    assert read.flags == {(1, "a"): ["not-finite"]}
    assert read.images == {(1, "a"): 2}


def test_a_study_of_two_patients_is_nobodys() -> None:
    read = sorted_out(rows(image("a"), image("a", subject_id=2), image("b")), EXPECTED)
    assert read.studies.study_id.tolist() == ["b"]
    assert read.flags == {(1, "a"): ["two-patients"], (2, "a"): ["two-patients"]}


def test_what_is_not_said_stands_in_the_way_of_nothing() -> None:
    read = sorted_out(rows(image("a", modality=None, body_part=None)), EXPECTED)
    assert read.studies.study_id.tolist() == ["a"]


def test_ten_views_are_read_and_remarked() -> None:
    read = sorted_out(rows(*(image("a", image_id=str(at), embedding=[0.5, float(at)]) for at in range(10))), EXPECTED)
    assert read.studies.images.tolist() == [10]
    assert read.flags == {(1, "a"): ["many-images"]}


def test_case_and_blanks_of_a_modality_are_no_other_modality() -> None:
    read = sorted_out(
        rows(image("a", modality=" cr", body_part="Chest"), image("b", modality="", body_part=" ")), EXPECTED
    )
    assert read.studies.study_id.tolist() == ["a", "b"]


def test_a_row_without_vector_is_no_image() -> None:
    read = sorted_out(rows(image("a", embedding=None), image("b", embedding=[]), image("c")), EXPECTED)
    assert read.flags == {(1, "a"): ["no-image"], (1, "b"): ["no-image"]}


def test_a_vector_counts_once_and_an_image_of_two_vectors_not_at_all() -> None:
    other = {"embedding": [2.0, 1.0]}
    read = sorted_out(
        rows(
            image("once"), image("once"), image("once", image_id="2"),
            image("two"), image("two", **other), image("two", image_id="2", embedding=[3.0, 1.0]),
            image("apart"), image("apart", image_id="2", **other), image("nameless", image_id=""),
        ),
        EXPECTED,
    )  # fmt: skip
    assert dict(zip(read.studies.study_id, read.studies.images.tolist(), strict=True)) == {
        "once": 1, "two": 1, "apart": 2, "nameless": 1,
    }  # fmt: skip
    assert read.flags == {(1, "once"): ["image-repeated"], (1, "two"): ["image-repeated"]}
