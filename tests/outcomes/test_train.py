"""From a timeline to an artifact, and from it to predictions: through the command line, as people do it."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from contract.errors import CheckFailed, ConfigError, InputError
from outcomes.stage import PredictOutcomes
from outcomes.train import Training, cohorts, train
from runner.cli import app
from tests.outcomes.ward_file import OPEN, OTHER, PULSE, START, TASK, ward, write


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a task, and an artifact of it."""
    home = tmp_path_factory.mktemp("ward")
    write(home / "meds", held_out=True)
    (home / "death.yaml").write_text(TASK)
    said = ["train", "outcomes", "--task", str(home / "death.yaml"), "--data", str(home / "meds")]
    done = CliRunner().invoke(app, [*said, "--out", str(home / "art"), "--open-data", "--source", "nobody real"])
    assert done.exit_code == 0, done.output
    assert "held out" in done.output
    return home


@pytest.fixture(scope="module")
def predicted(trained: Path) -> dict[str, pa.Table]:
    stage = PredictOutcomes(artifacts=str(trained / "art"))
    stage.open()
    return dict(stage.run({"timeline": ward()}))


def test_the_artifact_is_whole_and_its_card_has_figures_of_those_held_out(trained: Path) -> None:
    folder = trained / "art" / "death"
    assert json.loads((folder / "config.json").read_text())["learner"] == "simple"
    card = (folder / "card.md").read_text()
    assert "nobody real" in card and "trigger: admission" in card and "persons whom the data set holds out" in card
    for name in ("reliability", "decision", "importance"):
        assert (folder / "figures" / f"{name}.svg").read_text().startswith("<svg")


def test_who_dies_is_told_apart_and_what_is_not_known_is_null(predicted: dict[str, pa.Table]) -> None:
    rows = predicted["outcomes"].to_pandas()
    known = rows[rows["observed"].notna()]
    assert known[known["observed"].astype(bool)]["probability"].mean() > 0.5
    assert known[~known["observed"].astype(bool)]["probability"].mean() < 0.3
    still = rows[rows["subject_id"] == OPEN]
    assert len(still) >= 1 and still["observed"].isna().all()
    assert (still["prediction_time"] <= START.replace(day=2, hour=6, minute=30)).all()
    assert rows["horizon"].isna().all()  # when a stay ends is not told before it does


def test_contributions_name_what_moved_the_prediction(predicted: dict[str, pa.Table]) -> None:
    rows = predicted["outcomes"].to_pylist()
    top = max(rows, key=lambda row: row["probability"])
    assert PULSE in top["contributions"][0]["feature"] and top["contributions"][0]["shap"] > 0
    assert len(top["contributions"]) <= 8


def test_persons_who_taught_are_marked_and_others_are_not(predicted: dict[str, pa.Table]) -> None:
    rows = predicted["outcomes"].to_pandas()
    assert (rows["in_training"] == (rows["subject_id"] % 4 != 0)).sum() >= len(rows) - 2
    assert not rows[rows["subject_id"] % 4 == 0]["in_training"].any()


def test_of_a_person_with_other_codes_nothing_is_decided(trained: Path) -> None:
    stage = PredictOutcomes(artifacts=str(trained / "art"))
    table = ward()
    strange = pa.array([c if "HOSPITAL" in c else f"local:{c}" for c in table["code"].to_pylist()])
    made = stage.run({"timeline": table.set_column(2, "code", strange)})
    assert set(made["outcomes"]["decision"].to_pylist()) == {"abstain"}
    assert made["outcomes"]["flags"].to_pylist()[0] == ["other-codes"]
    account = made["outcomes_account"].to_pandas().set_index("subject_id")
    assert account.loc[OTHER, "unseen"] > 0


def test_later_events_change_no_prediction(trained: Path, predicted: dict[str, pa.Table]) -> None:
    stage = PredictOutcomes(artifacts=str(trained / "art"))
    table = ward()
    late = [t > START.replace(day=2) for t in table["time"].to_pylist()]
    changed = [
        500.0 if after and v is not None else v
        for after, v in zip(late, table["numeric_value"].to_pylist(), strict=True)
    ]
    table = table.set_column(3, "numeric_value", pa.array(changed, pa.float32()))
    before, after = (t.to_pandas() for t in (predicted["outcomes"], stage.run({"timeline": table})["outcomes"]))
    at_24 = before["prediction_time"] == START.replace(day=2)
    assert at_24.sum() > 100
    assert before[at_24]["probability"].equals(after[at_24]["probability"])


def test_apply_writes_the_tables_and_score_judges_them(trained: Path, tmp_path: Path) -> None:
    pq.write_table(ward(), tmp_path / "events.parquet")
    said = ["apply", "outcomes", "--in", f"timeline={tmp_path / 'events.parquet'}", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*said, "--set", f"artifacts={trained / 'art'}"])
    assert done.exit_code == 0, done.output
    assert len(pq.read_table(tmp_path / "out" / "outcomes.parquet")) > 100
    judged = CliRunner().invoke(app, ["score", "outcomes", "--pred", str(tmp_path / "out" / "outcomes.parquet")])
    assert judged.exit_code == 0 and "AUROC" in judged.output and "left out" in judged.output


def test_without_an_artifact_the_step_says_so_and_goes_on(tmp_path: Path) -> None:
    stage = PredictOutcomes(artifacts="nothing/here")
    stage.anchor(tmp_path)
    stage.open()
    made = stage.run({"timeline": ward()})
    assert set(made) == {"outcomes_account"}
    assert made["outcomes_account"]["flags"].to_pylist()[0] == ["no-artifact"]
    with pytest.raises(ConfigError, match="chartloom train outcomes"):
        _ = PredictOutcomes(artifacts="nothing/here", require=True).version


def test_a_changed_artifact_is_refused(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "art", tmp_path / "art")
    (tmp_path / "art" / "death" / "levels.json").write_text("[]")
    with pytest.raises(InputError, match="not as it was saved"):
        PredictOutcomes(artifacts=str(tmp_path / "art")).open()


def test_only_the_cohort(trained: Path) -> None:
    (said,) = cohorts([str(trained / "death.yaml")], trained / "meds")
    assert "trigger: admission" in said and "152" in said


def test_a_leak_stops_the_training_and_may_be_allowed(trained: Path, tmp_path: Path) -> None:
    table = ward()
    died = {
        p for p, c in zip(table["subject_id"].to_pylist(), table["code"].to_pylist(), strict=True) if c.endswith("exp")
    }
    first = table.filter(pa.array([c.startswith("HOSPITAL_ADM") for c in table["code"].to_pylist()]))
    marked = first.filter(pa.array([p in died for p in first["subject_id"].to_pylist()]))
    marked = marked.set_column(2, "code", pa.array(["LOCAL//ENDING"] * len(marked)))
    pq.write_table(pa.concat_tables([table, marked]), tmp_path / "leaky.parquet")
    with pytest.raises(CheckFailed, match="LOCAL//ENDING"):
        train([str(trained / "death.yaml")], tmp_path / "leaky.parquet", tmp_path / "art", Training())
    assert not (tmp_path / "art" / "death").exists()


def test_nobody_to_learn_from_is_told_with_the_steps(trained: Path, tmp_path: Path) -> None:
    table = ward()
    alive = pa.array([c.replace("//exp", "//home") for c in table["code"].to_pylist()])
    pq.write_table(table.set_column(2, "code", alive), tmp_path / "alive.parquet")
    with pytest.raises(InputError, match="both are needed"):
        train([str(trained / "death.yaml")], tmp_path / "alive.parquet", tmp_path / "art", Training())


def test_a_challenger_that_is_no_learner_is_named(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected of simple"):
        train(["mortality"], trained / "meds", tmp_path / "art", Training(challengers=("oracle",)))


def test_what_moved_predictions_is_drawn(predicted: dict[str, pa.Table], tmp_path: Path) -> None:
    pq.write_table(predicted["outcomes"], tmp_path / "outcomes.parquet")
    said = ["explain", "--pred", str(tmp_path / "outcomes.parquet"), "--out", str(tmp_path / "why.html")]
    done = CliRunner().invoke(app, [*said, "--most", "3"])
    assert done.exit_code == 0, done.output
    page = tmp_path / "why.html"
    assert page.read_text().count("<svg") == 3 and PULSE in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(app, [*said, "--task", "nothing"]).exit_code != 0
