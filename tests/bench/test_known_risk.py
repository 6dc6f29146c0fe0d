"""The bench of known risks: the truth is joined to its stay, judged apart by hospital, and the line has its keys."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from bench import known_risk
from bench.known_risk_hospitals import Case, folders, together
from bench.known_risk_judged import Rows, judged
from bench.known_risk_truth import causes, risk, stays
from contract.errors import InputError
from outcomes.cohort import Cohort
from outcomes.timeline import DAY

IDS = [f"e{at}" for at in range(40)]


def case(name: str, add: float) -> Case:
    """Stays of the same ids in every hospital, as two hospitals of one seed have them."""
    rng = np.random.default_rng(3)
    size = len(IDS)
    stay = pa.table({
        "encounter_id": IDS, "patient_id": [f"p{at // 2}" for at in range(size)],
        "number": [at % 2 for at in range(size)],
        "reason": ["stroke" if at % 3 else "sepsis" for at in range(size)], "age": rng.uniform(40, 90, size),
        "admitted": pa.array([1_600_000_000 + at for at in range(size)], pa.timestamp("s")),
        "severity": rng.normal(size=size), "treated": rng.random(size) < 0.5, "days": rng.uniform(1, 9, size),
        "is_readmission": [False] * size, "death_risk_24h": np.linspace(0.05, 0.9, size) / 2 + add,
    })  # fmt: skip
    ill = pa.table({"patient_id": ["p1", "p1", "p2"], "disease": ["copd", "kidney", "copd"]})
    events = pa.table({
        "subject_id": [9 + at // 2 for at in range(size)], "encounter_id": IDS,
        "time": pa.array([1_600_000_000 + at for at in range(size)], pa.timestamp("s")).cast(pa.timestamp("us")),
        "code": ["HOSPITAL_ADMISSION//IMP"] * size, "numeric_value": pa.nulls(size, pa.float32()),
    })  # fmt: skip
    columns = ["subject_id", "time", "code", "numeric_value"]
    more = {"text_value": pa.string(), "unit": pa.string(), "recorded_time": pa.timestamp("us")}
    rows = events.select(columns).append_column("text_value", pa.nulls(size, pa.string()))
    rows = rows.append_column("encounter_id", events["encounter_id"])
    for name_, kind in list(more.items())[1:]:
        rows = rows.append_column(name_, pa.nulls(size, kind))
    return Case(name, rows, {"stays": stay, "diseases": ill})


def cohort(cases: list[Case], task: str = "mortality") -> Cohort:
    timeline, _ = together(cases)
    size = len(timeline)
    places = timeline.encounter
    names = np.array(timeline.encounters, object)[places]
    began = timeline.time
    return Cohort(
        task, ("",), timeline.subject, names, began, began + DAY, began + 9 * DAY, np.zeros((size, 1), np.float32)
    )


def test_hospitals_of_one_seed_stay_apart() -> None:
    cases = [case("a", 0.0), case("b", 0.1)]
    timeline, hospital = together(cases)
    assert len(timeline.subjects) == 40 and hospital.tolist() == [0] * 20 + [1] * 20
    found = risk("mortality", cohort(cases), stays(cases))[:, 0]
    assert np.allclose(found[40:] - found[:40], 0.1)


def test_a_stay_without_truth_has_no_risk() -> None:
    cases = [case("a", 0.0)]
    lost = [Case("a", cases[0].rows, {**cases[0].truth, "stays": cases[0].truth["stays"].slice(1)})]
    assert np.isnan(risk("mortality", cohort(cases), stays(lost))[:, 0]).tolist() == [True] + [False] * 39


def test_latent_causes_are_those_of_the_person() -> None:
    cases = [case("a", 0.0)]
    found = causes(cohort(cases), cases)
    dense = dict(zip(found.names, found.dense().T, strict=True))
    assert np.flatnonzero(dense["copd"]).tolist() == [2, 3, 4, 5]
    assert np.flatnonzero(dense["kidney"]).tolist() == [2, 3]
    assert (dense["stroke"] + dense["sepsis"] == 1).all() and (dense["days"] == 1).all()


def test_the_true_risk_has_no_gap_and_another_score_has() -> None:
    rng = np.random.default_rng(1)
    size = 4000
    true = rng.beta(1, 5, size)
    label = (rng.random(size) < true).astype(np.float32)
    rows = Rows(label[:, None], true[:, None], np.arange(size) // 2, np.arange(size) % 2)
    same = judged(rows, true[:, None])
    assert same and same.gap.value == 0 and same.off_truth.value < 1e-12 < same.off_outcomes.value
    worse = judged(rows, np.clip(true + rng.normal(0, 0.1, size), 0, 1)[:, None] / 2)
    assert worse and worse.gap.low > 0.02 and worse.off_truth.value == pytest.approx(0.09, abs=0.02)


def test_groups_are_judged_apart() -> None:
    """A score that tells hospitals apart and nothing else is worth nothing."""
    rng = np.random.default_rng(1)
    group = np.arange(2000) % 2
    true = np.where(group, 0.6, 0.1)
    label = (rng.random(2000) < true).astype(np.float32)[:, None]
    found = judged(Rows(label, true[:, None], np.arange(2000), group), true[:, None])
    assert found and found.best.value == 0.5


def test_a_group_of_one_outcome_is_left_out() -> None:
    none = Rows(np.zeros((9, 1), np.float32), np.full((9, 1), 0.1), np.arange(9), np.zeros(9, np.int64))
    assert judged(none, np.full((9, 1), 0.2)) is None


def test_folders_without_truth_are_named(tmp_path: Path) -> None:
    (tmp_path / "one" / "csv").mkdir(parents=True)
    with pytest.raises(InputError, match=r"truth/stays\.parquet, found none"):
        folders(tmp_path)


def test_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tasks are selected from a timeline that has too little: nulls, no invented figures."""
    for part in ("csv", "truth"):
        (tmp_path / "one" / part).mkdir(parents=True)
    (tmp_path / "one" / "truth" / "stays.parquet").touch()
    monkeypatch.setattr(known_risk, "case", lambda folder, _: case(folder.name, 0.0))
    label, risk_ = np.array([[0], [1]], np.float32), np.array([[0.1], [0.3]])
    shown = judged(Rows(label, risk_, np.arange(2), np.zeros(2, np.int64)), risk_ + 0.1)
    monkeypatch.setattr(known_risk, "_task", lambda _, name: shown if name == "mortality" else None)
    found = CliRunner().invoke(_app(), ["--cases", str(tmp_path)])
    assert found.exit_code == 0, found.output
    line = json.loads(found.output.splitlines()[-1])
    assert set(line) == set(known_risk.KEYS)
    assert line["gap_auroc"] == {"mortality": 0.0, "long_stay": None, "readmission": None, "diagnoses": None}
    assert line["ece"] == 0.1


def _app() -> typer.Typer:
    app = typer.Typer()
    app.command()(known_risk.main)
    return app
