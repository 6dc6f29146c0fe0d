"""Rows of images become studies: pooled vectors, times, and which study came before."""

from datetime import datetime

import numpy as np
import pyarrow as pa

from imaging.studies import NONE, read
from schemas.registry import table


def embeddings(*rows: tuple[int, str, str, datetime | None, list[float]]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"subject_id": s, "study_id": n, "image_id": i, "time": t, "modality": "CR", "encoder": "e", "embedding": v}
            for s, n, i, t, v in rows
        ],
        schema=table("embeddings").schema,
    )


def day(number: int) -> datetime:
    return datetime(2020, 1, number)


ROWS = embeddings(
    (1, "b", "1", day(5), [1, 3]),
    (1, "a", "1", day(2), [0, 0]),
    (2, "c", "1", day(1), [5, 5]),
    (1, "b", "2", day(4), [3, 5]),
    (1, "d", "1", None, [1, 1]),
    (1, "e", "1", day(4), [2, 2]),
)


def test_images_of_a_study_are_pooled_and_stand_together() -> None:
    studies = read(ROWS)
    assert studies.study_id.tolist() == ["b", "a", "c", "d", "e"]
    assert studies.images.tolist() == [2, 1, 1, 1, 1]
    assert studies.pooled[0].tolist() == [2, 4]
    assert studies.subject_id.tolist() == [1, 1, 2, 1, 1]
    assert studies.time[0] == np.datetime64("2020-01-04")


def test_a_prior_is_strictly_earlier_and_of_the_same_person() -> None:
    studies = read(ROWS)
    priors = [studies.study_id[at] if at != NONE else "" for at in studies.prior]
    assert priors == ["a", "", "", "", "a"]  # b and e are of one moment: neither came before the other


def test_a_choice_keeps_priors_that_are_chosen() -> None:
    studies = read(ROWS).take(np.array([0, 4, 1]))
    assert studies.study_id.tolist() == ["b", "e", "a"]
    assert studies.prior.tolist() == [2, 2, NONE]
    assert studies.pooled[0].tolist() == [2, 4]
    alone = read(ROWS).take(np.array([True, False, False, False, False]))
    assert alone.prior.tolist() == [NONE]
    assert alone.vectors.tolist() == [[1, 3], [3, 5]]


def test_nothing_is_nothing() -> None:
    assert len(read(embeddings())) == 0
