"""Labels as a coder may be trained on them."""

from typing import Any

import pyarrow as pa

from nlp.icd.learning.labelled import trained_on
from schemas.registry import table

TEXT = "He has a frozen shoulder."
NOTES = table("notes").conform(
    pa.Table.from_pylist([{"note_id": f"n{at}", "subject_id": at, "language": "en", "text": TEXT} for at in range(4)])
)


def label(at: int, label: str, *coders: str, against: tuple[str, ...] = ()) -> dict[str, Any]:
    span = {"note_id": f"n{at}", "start": 9, "end": 24, "source": "marked", "weight": 1.0}
    return {"subject_id": at, "task": "icd", "unit_id": f"n{at}", "label": label, "source": "decisions",
            "evidence": [span], "coders": list(coders), "against": list(against)}  # fmt: skip


def left(*rows: dict[str, Any]) -> list[tuple[str, str]]:
    found = trained_on(NOTES, table("labels").conform(pa.Table.from_pylist(list(rows))))
    return list(zip(found["unit_id"].to_pylist(), found["label"].to_pylist(), strict=True))


TWO = (label(0, "ICD-10-CM//M75.02", "ann"), label(1, "ICD-10-CM//M75.02", "bob"))
SURE = [("n0", "ICD-10-CM//M75.02"), ("n1", "ICD-10-CM//M75.02")]


def test_one_coder_against_the_others_is_not_trained_on() -> None:
    assert left(*TWO, label(2, "NOT//ICD-10-CM//M75.02", "mal"), label(3, "ICD-10-CM//Z99.9", "mal")) == SURE


def test_the_votes_settle_what_is_disputed() -> None:
    even = label(2, "DISPUTED//ICD-10-CM//M75.02", "cid", against=("mal",))
    assert left(*TWO, even) == [*SURE, ("n2", "ICD-10-CM//M75.02")]
    assert left(even) == []


def test_labels_of_other_sources_stay() -> None:
    other = {**label(0, "ICD-10-CM//A00"), "evidence": None, "coders": None, "against": None}
    assert left(other) == [("n0", "ICD-10-CM//A00")]
