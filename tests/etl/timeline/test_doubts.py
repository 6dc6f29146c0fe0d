"""Values that cannot be, and facts that two sources tell, beside a timeline that keeps them all."""

from typing import Any

import pyarrow as pa
import pytest

from etl.timeline.stage import BuildTimeline
from schemas.registry import table

STAGE = BuildTimeline()


def weight(number: float, unit: str, when: str, **said: Any) -> dict[str, Any]:
    coding = [{"system": "http://loinc.org", "code": "29463-7"}]
    quantity = {"value": number, "unit": unit}
    return {"id": f"o{number}{when}", "subject_id": 1, "status": "final", "code": {"coding": coding},
        "effectiveDateTime": when, "valueQuantity": quantity, "source": "a", "arrival": 1} | said  # fmt: skip


def run(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    declared = table("phi/fhir/Observation")
    shard = {declared.name: declared.conform(pa.Table.from_pylist(list(rows), schema=_schema(declared.schema)))}
    return {name: found.to_pylist() for name, found in STAGE.run(shard).items()}


def _schema(whole: pa.Schema) -> pa.Schema:
    names = ("id", "subject_id", "status", "code", "effectiveDateTime", "valueQuantity", "source", "arrival")
    return pa.schema([whole.field(name) for name in names])


def test_a_wrong_unit_is_named_and_the_event_stays() -> None:
    found = run(weight(70000, "kg", "2020-01-01T08:00:00Z"), weight(70, "kg", "2020-01-02T08:00:00Z"))
    assert [event["numeric_value"] for event in found["phi/timeline"]] == [70000, 70]
    assert [event["canonical_value"] for event in found["phi/timeline"]] == [None, 70]
    assert [event["canonical_unit"] for event in found["phi/timeline"]] == ["kg", "kg"]
    (row,) = found["phi/implausible"]
    assert (row["rule"], row["meant"], row["would_be"], row["source"]) == ("wrong-unit", "g", 70000, "a")
    assert row["fhir_id"] == "Observation/o700002020-01-01T08:00:00Z"


def test_a_unit_of_another_kind_contradicts() -> None:
    (row,) = run(weight(70, "cm", "2020-01-01"))["phi/implausible"]
    assert (row["rule"], row["canonical_unit"], row["would_be"]) == ("contradicts", "kg", None)


def test_two_sources_that_say_the_same_are_named() -> None:
    found = run(
        weight(70, "kg", "2020-01-01T08:00:00Z"),
        weight(154.324, "lb", "2020-01-01T08:00:00Z", source="b", id="x"),
        weight(80, "kg", "2020-01-01T08:00:00Z", source="b", id="y"),
    )
    assert len(found["phi/timeline"]) == 3
    (row,) = found["phi/duplicates"]
    assert (row["source"], row["other_source"], row["agree"], row["type"]) == ("a", "b", "time", "Observation")
    assert {row["fhir_id"], row["other_fhir_id"]} == {"Observation/o702020-01-01T08:00:00Z", "Observation/x"}


@pytest.mark.parametrize(("when", "rows"), [("2020-01-01", 1), ("2020-01-01T09:00:00Z", 0), ("2020-01-02", 0)])
def test_a_day_agrees_with_a_moment_of_it(when: str, rows: int) -> None:
    found = run(weight(70, "kg", "2020-01-01T08:00:00Z"), weight(70, "kg", when, source="b", id="x"))
    assert [row["agree"] for row in found["phi/duplicates"]] == ["day"] * rows


def test_one_source_is_never_its_own_duplicate() -> None:
    assert run(weight(70, "kg", "2020-01-01"), weight(70, "kg", "2020-01-01", id="x"))["phi/duplicates"] == []


def test_the_same_value_told_often_is_paired_one_to_one() -> None:
    when = "2020-01-01T08:00:00Z"
    rows = [
        weight(70, "kg", when, id=f"{source}{n}", source=source)
        for source, n in (("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 3))
    ]
    assert len(run(*rows)["phi/duplicates"]) == 2
