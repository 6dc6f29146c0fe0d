"""Slices of persons: every row in one of them, no person cut, and the gate releases the same whatever they hold."""

import pyarrow as pa
import pytest

from nlp.deid import slices as cut
from nlp.deid.slices import slices, together


def shard() -> dict[str, pa.Table]:
    return {
        "phi/fhir/Patient": pa.table({"subject_id": [3, 1, 2], "id": ["c", "a", "b"]}),
        "phi/fhir/Condition": pa.table({"subject_id": [3, 3, 1, None, 2, 2], "id": list("123456")}),
        "phi/fhir/Practitioner": pa.table({"id": ["p", "q"]}),
    }


def test_every_row_is_in_one_slice_and_no_person_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "ROWS", 4)
    parts = list(slices(shard()))
    assert len(parts) == 3
    whose = [
        {s for name in ("Patient", "Condition") for s in p[f"phi/fhir/{name}"]["subject_id"].to_pylist()} for p in parts
    ]
    assert sorted(s for some in whose for s in some if s) == [1, 2, 3]
    found = [row for part in parts for row in part["phi/fhir/Condition"]["id"].to_pylist()]
    assert sorted(found) == list("123456")
    assert all(len(part["phi/fhir/Practitioner"]) == 2 for part in parts)


def test_a_small_shard_is_left_whole() -> None:
    whole = shard()
    assert list(slices(whole)) == [whole]


def test_a_column_that_one_slice_lacks_is_null_there() -> None:
    parts = [{"x": pa.table({"id": ["a"], "note": ["n"]})}, {"x": pa.table({"id": ["b"]})}]
    assert together(parts)["x"].to_pylist() == [{"id": "a", "note": "n"}, {"id": "b", "note": None}]
