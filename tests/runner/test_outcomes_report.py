"""Predicted outcomes in the report: what is counted, that no small cell is shown, and that an alarm is seen."""

from typing import Any

import pyarrow as pa
import pytest
import yaml

from runner import report
from runner.outcomes import apart, counted, drifted
from runner.pages.outcomes import section
from schemas.registry import table
from tests.runner.test_report import CASE, Reader


def account(subject: int, flags: list[str], artifact: str | None = "death-1") -> dict[str, Any]:
    return {"subject_id": subject, "task": "death", "events": 100, "unseen": 2, "predictions": 1, "flags": flags,
            "artifact": artifact}  # fmt: skip


def prediction(subject: int, decision: str, observed: bool | None = None) -> dict[str, Any]:
    return {"subject_id": subject, "encounter_id": f"e{subject}", "task": "death", "prediction_time": 0,
            "probability": 0.1, "decision": decision, "observed": observed, "in_training": False}  # fmt: skip


def rows(name: str, said: list[dict[str, Any]]) -> pa.Table:
    return table(name).conform(pa.Table.from_pylist(said))


@pytest.fixture
def said() -> dict[str, Any]:
    accounts = [account(k, ["other-codes"] if k < 6 else ["odd"] if k == 7 else []) for k in range(20)]
    found = [prediction(k, "no" if k < 16 else "yes", False if k < 10 else None) for k in range(20)]
    return counted(rows("outcomes_account", accounts), rows("outcomes", found))


def drift_row(measure: str, period: str, value: float, *, alarm: bool = False, code: str = "") -> dict[str, Any]:
    return {"task": "death", "target": "", "measure": measure, "input": code, "period": period, "predictions": 50,
            "value": value, "lower": value / 2, "upper": value * 2, "reference": 1.0, "limit": 100.0, "alarm": alarm,
            "artifact": "death-1"}  # fmt: skip


DRIFT = [
    *(drift_row("observed_expected", period, 1.2) for period in ("2024-01", "2024-02", "")),
    drift_row("psi", "2024-01", 0.4, alarm=True, code="LOINC//1"),
    drift_row("psi", "2024-02", 0.5, alarm=True, code="LOINC//1"),
    drift_row("calibration", "2024-02", 300.0, alarm=True),
    drift_row("calibration", "", 300.0, alarm=True),
]


def test_predictions_are_counted_and_small_cells_are_not_shown(said: dict[str, Any]) -> None:
    assert (said["persons"], said["events"], said["unseen"]) == (20, 2000, 40)
    assert said["flags"] == {"other-codes": 6, "odd": None}
    (task,) = said["tasks"]
    assert (task["predictions"], task["known"], task["taught"]) == (20, 10, 0)
    assert task["decisions"] == {"yes": None, "no": None, "abstain": None}  # 20 - 16 would tell the 4
    assert apart({"yes": 9, "no": 16, "abstain": 3}) == {"yes": None, "no": 16, "abstain": None}
    assert apart({"yes": 9, "no": 16, "abstain": 0}) == {"yes": 9, "no": 16, "abstain": 0}


def test_an_alarm_is_told_once_since_training_or_of_the_last_period() -> None:
    found = drifted(DRIFT)
    assert (found["measured"], found["alarms"]) == (7, 4)
    assert {(row["measure"], row["period"]) for row in found["listed"]} == {("psi", "2024-02"), ("calibration", "")}
    assert len(found["lines"][0]["rows"]) == 3


def test_the_section_says_it(said: dict[str, Any]) -> None:
    shown = section({"outcomes": said | {"drift": drifted(DRIFT)}})
    assert shown is not None
    assert shown.said.startswith("20 predictions for 1 task, among 20 persons")
    assert shown.tasks[0]["yes"] == "few"
    assert [bar.said for bar in shown.why] == ["6", "under 5"]
    assert shown.drift.startswith("4 alarms among 7 measures")
    assert {row["said"] for row in shown.alarms} == {"values have moved", "risks no longer hold"}
    assert shown.lines[0].said == "1.20 (0.60 to 2.40) of 50 stays" and "<svg" in shown.lines[0].plot
    assert section({}) is None


def test_a_first_night_without_an_artifact_says_so() -> None:
    bare = counted(rows("outcomes_account", [account(k, ["no-artifact"], None) for k in range(9)]), None)
    shown = section({"outcomes": bare | {"drift": None}})
    assert shown is not None
    assert shown.said == "No prediction was made for 9 persons with a timeline."
    assert [bar.name for bar in shown.why] == ["no-artifact"] and not shown.drift
    quiet = section({"outcomes": bare | {"drift": drifted([])}})
    assert quiet is not None and "too few stays" in quiet.drift


def test_the_page_holds_the_section(said: dict[str, Any]) -> None:
    manifest = yaml.safe_load(CASE.read_text(encoding="utf-8")) | {"outcomes": said | {"drift": drifted(DRIFT)}}
    read = Reader(report.page(manifest))
    assert not read.open
    assert "risks no longer hold" in "".join(read.text)
    assert not [link for link in read.links if "://" in link]
