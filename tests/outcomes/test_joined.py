"""Findings, suggestions and images as events: known when the text or image was, and never before."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from contract.errors import ConfigError
from outcomes.joined import joined
from schemas.registry import table

DAY = datetime(2024, 3, 1)


def events(rows: list[dict[str, object]]) -> pa.Table:
    return table("timeline").conform(pa.Table.from_pylist(rows, schema=None)) if rows else table("timeline").empty()


def note(name: str, day: int, encounter: str | None = "e1", late: int = 0) -> dict[str, object]:
    at = DAY + timedelta(days=day)
    return {"subject_id": 1, "time": at, "code": "NOTE//progress", "text_value": name, "encounter_id": encounter,
            "recorded_time": at + timedelta(days=late)}  # fmt: skip


def made(name: str, row: dict[str, object]) -> pa.Table:
    return table(name).conform(pa.Table.from_pylist([row], schema=table(name).schema))


def test_a_finding_is_known_with_the_last_note_of_its_evidence() -> None:
    spans = [{"note_id": n, "start": 0, "end": 4, "source": "x", "weight": 1.0} for n in ("n1", "n2")]
    row = {"subject_id": 1, "note_id": "n1", "finding_id": "0", "kind": "adverse_event", "assertion": "present",
           "code": "ICD-10-CM//R58", "onset": DAY, "score": 0.75, "evidence": spans}  # fmt: skip
    shard = {"timeline": events([note("n1", 1), note("n2", 3, late=1)]), "findings": made("findings", row)}
    (found,) = joined(shard, ["findings"]).to_pylist()[2:]
    assert found["code"] == "FINDING//adverse_event//present//ICD-10-CM//R58"
    assert found["numeric_value"] == 0.75
    assert found["recorded_time"] == DAY + timedelta(days=4)


def test_a_finding_whose_note_is_in_no_timeline_is_left_out() -> None:
    row = {"subject_id": 1, "note_id": "gone", "finding_id": "0", "kind": "fall", "assertion": "present", "score": 1.0}
    shard = {"timeline": events([note("n1", 1)]), "findings": made("findings", row)}
    assert len(joined(shard, ["findings"])) == 1


@pytest.mark.parametrize(("score", "count"), [(0.9, 1), (0.1, 0)])
def test_a_suggested_code_is_known_with_the_last_note_of_its_encounter(score: float, count: int) -> None:
    row = {"subject_id": 1, "encounter_id": "e1", "system": "ICD-10-CM", "code": "I50.9", "score": score}
    timeline = events([note("n1", 1), note("n2", 5), note("n3", 9, "e2")])
    found = joined({"timeline": timeline, "codes": made("codes", row)}, ["codes"]).to_pylist()[3:]
    assert [(e["code"], e["recorded_time"]) for e in found] == [
        ("SUGGESTED//ICD-10-CM//I50.9", DAY + timedelta(days=5))
    ] * count


def test_an_image_is_one_event_a_coordinate_and_one_without_time_is_none() -> None:
    row = {"subject_id": 1, "study_id": "s", "image_id": "i", "time": DAY, "encoder": "net", "embedding": [0.5, -1.0]}
    images = pa.concat_tables([made("embeddings", row), made("embeddings", {**row, "image_id": "j", "time": None})])
    found = joined({"timeline": events([note("n1", 1)]), "embeddings": images}, ["embeddings"]).to_pylist()[1:]
    assert [(e["code"], e["numeric_value"], e["time"]) for e in found] == [
        ("IMAGE//net//0", 0.5, DAY), ("IMAGE//net//1", -1.0, DAY)
    ]  # fmt: skip


def test_what_cannot_be_joined_is_named() -> None:
    with pytest.raises(ConfigError, match="notes cannot be joined"):
        joined({"timeline": events([])}, ["notes"])
