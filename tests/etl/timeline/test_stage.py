"""Timelines of made-up rows (tests/cases/timeline.yaml), and what must hold of any."""

import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml

from contract.errors import ConfigError
from contract.work import Shard
from etl.timeline.stage import BuildTimeline
from schemas.clinical import PHI_TIMELINE
from schemas.registry import table

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "timeline.yaml").read_text(encoding="utf-8"))
STAGES = {zone: BuildTimeline(zone=zone) for zone in {case.get("zone", "UTC") for case in CASES}}


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _dated(cases: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """YAML's text for the timestamp columns of notes."""
    for note in cases.get("notes", []):
        note["time"] = datetime.fromisoformat(note["time"]) if isinstance(note["time"], str) else note["time"]
    return cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["about"])[:40])
@pytest.mark.parametrize("full", [False, True], ids=["sparse", "all-columns"])
def test_events(case: dict[str, Any], full: bool, tables: Callable[..., Shard]) -> None:
    shard = tables(_dated(case["in"]))
    if full:
        shard = {name: table(name).conform(rows) for name, rows in shard.items()}
    events = STAGES[case.get("zone", "UTC")].run(shard)[PHI_TIMELINE.name]
    assert events.schema == PHI_TIMELINE.schema
    found = [{name: _said(value) for name, value in event.items()} for event in events.to_pylist()]
    wanted = [{name: _said(value) for name, value in event.items()} for event in case["out"]]
    pairs = zip(found, wanted, strict=False)
    assert [{name: event[name] for name in said} for event, said in pairs] == wanted
    assert [event["code"] for event in found] == [event["code"] for event in wanted]


def _people(rng: random.Random, count: int) -> dict[str, list[dict[str, Any]]]:
    subjects = rng.sample(range(10**9), count)
    times = ["2020", "2020-01", "2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5Z", "1950-01-01"]
    observations = [
        {
            "subject_id": subject,
            "id": f"{rng.random()}",
            "status": "final",
            "effectiveDateTime": rng.choice(times),
            "code": {"coding": [{"system": "http://loinc.org", "code": rng.choice("abc")}]},
            "valueQuantity": {"value": rng.random()},
        }
        for subject in subjects
        for _ in range(rng.randrange(12))
    ]
    people = [{"subject_id": subject, "gender": "other", "birthDate": "1990-01-01"} for subject in subjects]
    return {"Patient": people, "Observation": observations}


@pytest.mark.parametrize("seed", range(5))
def test_order_holds_for_any_rows(seed: int, tables: Callable[..., Shard]) -> None:
    shard = tables(_people(random.Random(seed), 20))
    events = STAGES["UTC"].run(shard)[PHI_TIMELINE.name].to_pylist()
    places = {subject: n for n, subject in enumerate(shard["phi/fhir/Patient"]["subject_id"].to_pylist())}
    early = datetime(1, 1, 1)
    keys = [(places[e["subject_id"]], e["time"] or early, e["code"], e["fhir_id"]) for e in events]
    assert keys == sorted(keys)
    assert len(events) == len(shard["phi/fhir/Observation"]) + 2 * 20
    assert all(e["recorded_time"] >= e["time"] for e in events if e["time"])


def test_a_person_alone_has_the_same_timeline(tables: Callable[..., Shard]) -> None:
    shard = tables(_people(random.Random(7), 8))
    together = STAGES["UTC"].run(shard)[PHI_TIMELINE.name]
    for subject in shard["phi/fhir/Patient"]["subject_id"].to_pylist():
        alone = {name: rows.filter(pc.equal(rows["subject_id"], subject)) for name, rows in shard.items()}
        assert (
            STAGES["UTC"]
            .run(alone)[PHI_TIMELINE.name]
            .equals(together.filter(pc.equal(together["subject_id"], subject)))
        )


def test_no_rows_are_an_empty_timeline() -> None:
    assert STAGES["UTC"].run({})[PHI_TIMELINE.name].equals(PHI_TIMELINE.empty())
    empty = {
        "phi/fhir/Observation": pa.table({"id": pa.array([], pa.string()), "subject_id": pa.array([], pa.int64())})
    }
    assert STAGES["UTC"].run(empty)[PHI_TIMELINE.name].equals(PHI_TIMELINE.empty())


def test_it_is_a_stage() -> None:
    stage = BuildTimeline()
    assert (stage.unit, stage.releases, stage.writes) == (
        "subject_id",
        False,
        ("phi/timeline", "phi/implausible", "phi/duplicates"),
    )
    assert {table(name).name for name in stage.reads} >= {"phi/fhir/Observation", "phi/fhir/Medication", "phi/notes"}
    assert stage.version == BuildTimeline().version


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ConfigError, match="Europe/Paris"):
        BuildTimeline(zone="Mars/Olympus")
