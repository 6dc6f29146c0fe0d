"""Bad rows of the table embeddings are set aside and counted; the good ones beside them are found."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contract.errors import InputError
from imaging.similar.repository import REASONS, repository
from imaging.similar.search import search
from imaging.similar.wanted import Wanted
from schemas.registry import table

GOOD = {"encoder": "net", "modality": "CR", "body_part": "CHEST"}


def row(study: str, subject: int, vector: list[float | None], **said: Any) -> dict[str, Any]:
    return {
        "study_id": study,
        "subject_id": subject,
        "image_id": f"{study}-{vector}",
        "embedding": vector,
        **GOOD,
        **said,
    }


def rows(*given: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(given), schema=table("embeddings").schema)


BAD = (
    row("b1", 1, [float("nan"), 1.0, 0.0]),
    row("b2", 1, [1.0, 0.0, None]),
    row("b3", 1, []),
    row("b4", 2, [1.0, 0.0]),
    row("b5", 2, [1.0, 0.0, 0.0], encoder="other"),
    row("b6", 2, [1.0, 0.0, 0.0]),
    row("b6", 3, [1.0, 0.0, 0.0]),
    row("b7", 3, [0.0, 0.0, 0.0]),
)


def test_bad_rows_are_counted_and_good_ones_kept() -> None:
    good = (row("g1", 1, [1.0, 0.0, 0.0]), row("g2", 2, [0.0, 1.0, 0.0], body_part=None), row("g1", 1, [1.0, 1.0, 0.0]))
    found = repository(rows(good[0], *BAD, *good[1:]), "net", "a")
    assert found.aside == {"other_encoder": 1, "no_numbers": 3, "other_width": 1, "two_persons": 2, "like_nothing": 1}
    assert set(found.aside) == set(REASONS)
    assert list(found.index.studies.study_id) == ["g1", "g2"]
    assert list(found.index.body_part) == ["CHEST", ""]
    np.testing.assert_allclose(found.index.studies.vectors, [[1, 0.5, 0], [0, 1, 0]])


def test_body_part_filters_and_old_tables_have_none() -> None:
    given = rows(row("g1", 1, [1.0, 0.0]), row("g2", 2, [0.0, 1.0], body_part="pelvis"), row("g3", 3, [1.0, 1.0]))
    index = repository(given, "net").index
    hits = search(index, index.asked(np.asarray([0])), 9, Wanted(body_part=("PELVIS",)))
    assert list(index.studies.study_id[hits.row]) == ["g2"]
    assert list(repository(given.drop_columns(["body_part"]), "net").index.body_part) == ["", "", ""]


def test_another_encoder_is_named_and_no_rows_are_no_error() -> None:
    with pytest.raises(InputError, match="'a' holds images of the encoder 'net', what is searched for is of 'vit'"):
        repository(rows(row("g1", 1, [1.0])), "vit", "a")
    assert len(repository(rows(), "vit").index) == 0
    assert len(repository(rows(row("g1", 1, [float("nan")])), "net").index) == 0
