"""The summary of drift: silent where nothing moved, loud where it did, without small counts and without a clock."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from contract.errors import ConfigError
from contract.work import Summary
from outcomes.timeline import read
from outcomes.trust.drift import WatchDrift
from outcomes.trust.reference import freeze
from schemas.registry import table
from tests.outcomes import timelines

LAB, NEW = "LOINC//2160-0", "LOCAL//new"
START = datetime(2023, 1, 1)
PEOPLE = 1200


def hospital(seed: int, *, shift: float = 0.0, new: float = 0.0, odds: float = 1.0) -> tuple[pa.Table, pa.Table]:
    """timeline and outcomes of a year; shift: of the laboratory's values; odds: times those predicted."""
    draw = np.random.default_rng(seed)
    events: list[timelines.Event] = []
    rows = []
    for who in range(1, PEOPLE + 1):
        at = START + timedelta(hours=float(draw.integers(0, 365 * 24)))
        before = (at - timedelta(hours=5)).isoformat()
        value = draw.normal()
        events.append((who, before, LAB, float(value + shift), f"e{who}", None))
        events.append((who, before, NEW if draw.random() < new else "SNOMED//1", None, f"e{who}", None))
        p = 1 / (1 + np.exp(2 - value))
        happened = draw.random() < odds * p / (1 - p + odds * p)
        rows += [
            {"subject_id": who, "encounter_id": f"e{who}", "task": "death", "prediction_time": at + timedelta(hours=h),
             "probability": p, "observed": bool(happened), "in_training": False, "artifact": "a-1"} for h in (0, 24)
        ]  # fmt: skip
    return timelines.rows(events), table("outcomes").conform(pa.Table.from_pylist(rows))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    events, outcomes = hospital(1)
    made = read(events)
    first = outcomes.slice(0).to_pylist()[::2]
    cohort = timelines.cohort(
        made, [(r["subject_id"], r["prediction_time"].isoformat(), r["encounter_id"]) for r in first]
    )
    labels = np.array([[r["observed"]] for r in first], np.float32)
    cohort.label[:] = labels
    held = freeze(made, cohort, np.array([[r["probability"]] for r in first]))
    out = tmp_path_factory.mktemp("artifact")
    (out / "death").mkdir()
    (out / "death" / "drift.json").write_text(held.written().replace('"task": "task"', '"task": "death"'))
    return out


def drift(folder: Path | str, made: tuple[pa.Table, pa.Table]) -> list[dict[str, object]]:
    summary = WatchDrift(artifacts=str(folder))
    part = summary.partial({"timeline": made[0], "outcomes": made[1]})
    rows: list[dict[str, object]] = summary.merge([part])["outcome_drift"].to_pylist()
    return rows


def test_nothing_moved_and_nothing_is_said(folder: Path) -> None:
    rows = drift(folder, hospital(2))
    assert not [row for row in rows if row["alarm"]]
    assert {row["measure"] for row in rows} == {
        "psi", "missing", "unseen_codes", "probability", "observed", "observed_expected", "calibration",
    }  # fmt: skip
    assert {row["period"] for row in rows if row["measure"] == "psi"} == {"", *(f"2023-{m:02}" for m in range(1, 13))}
    (whole,) = [r for r in rows if r["measure"] == "observed_expected" and not r["period"]]
    assert whole["predictions"] == PEOPLE  # one a stay, though each was predicted twice
    assert whole["lower"] < 1 < whole["upper"]  # type: ignore[operator]
    assert min(row["predictions"] for row in rows) >= 20  # type: ignore[type-var]


MOVED = [({"shift": 1.5}, "psi"), ({"new": 0.4}, "unseen_codes"), ({"odds": 2.5}, "calibration")]


@pytest.mark.parametrize(("moved", "measure"), [*MOVED, ({"odds": 0.3}, "calibration")])
def test_what_moved_is_named(folder: Path, moved: dict[str, float], measure: str) -> None:
    alarms = {row["measure"] for row in drift(folder, hospital(3, **moved)) if row["alarm"]}
    assert measure in alarms
    assert measure != "calibration" or alarms == {"calibration"}


def test_shards_add_up_and_calibration_needs_no_artifact(folder: Path) -> None:
    events, outcomes = hospital(5)
    summary = WatchDrift(artifacts=str(folder))
    assert isinstance(summary, Summary)
    whole = summary.merge([summary.partial({"timeline": events, "outcomes": outcomes})])["outcome_drift"]
    cuts = (outcomes.slice(0, 700), outcomes.slice(700))
    halves = summary.merge([summary.partial({"timeline": events, "outcomes": cut}) for cut in cuts])["outcome_drift"]
    assert [r["predictions"] for r in whole.to_pylist()] == [r["predictions"] for r in halves.to_pylist()]
    assert np.allclose(whole["value"].to_numpy(), halves["value"].to_numpy())
    bare = {row["measure"] for row in drift("", (events, outcomes))}
    assert bare == {"probability", "observed", "observed_expected", "calibration"}
    assert WatchDrift().version != summary.version


def test_those_who_taught_and_those_not_known_yet_prove_nothing(folder: Path) -> None:
    events, outcomes = hospital(6, odds=3.0)
    place = outcomes.column_names.index("in_training")
    taught = outcomes.set_column(place, "in_training", pa.array([True] * len(outcomes)))
    assert drift(folder, (events, taught)) == []
    place = outcomes.column_names.index("observed")
    died_only = pa.array([True if seen else None for seen in outcomes["observed"].to_pylist()])
    rows = drift(folder, (events, outcomes.set_column(place, "observed", died_only)))
    assert "calibration" not in {row["measure"] for row in rows}  # the living are known of later


def test_tasks_without_a_prediction_in_a_shard_are_passed_over(folder: Path, tmp_path: Path) -> None:
    text = (folder / "death" / "drift.json").read_text()
    for task in ("death", "long_stay"):
        (tmp_path / task).mkdir()
        (tmp_path / task / "drift.json").write_text(text.replace('"task": "death"', f'"task": "{task}"'))
    events, outcomes = hospital(2)
    found = drift(tmp_path, (events, outcomes))
    assert {row["task"] for row in found} == {"death"} and len(found) == len(drift(folder, (events, outcomes)))
    assert drift(tmp_path, (events.slice(0, 0), outcomes))[0]["measure"] == "calibration"  # persons without a timeline


def test_few_stays_are_told_by_the_year_or_not_at_all(folder: Path) -> None:
    events, outcomes = hospital(7)
    assert {r["period"] for r in drift(folder, (events, outcomes.slice(0, 120)))} == {"", "2023"}
    assert drift(folder, (events, outcomes.slice(0, 30))) == []


def test_an_empty_hospital_and_a_wrong_parameter() -> None:
    assert (
        WatchDrift().merge([{}, WatchDrift().partial({})])["outcome_drift"].schema.equals(table("outcome_drift").schema)
    )
    with pytest.raises(ConfigError, match="chance between 0 and 1"):
        WatchDrift(alpha=2)
