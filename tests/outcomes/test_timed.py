"""A task that asks for a time, from a made-up ward to incidences in `outcomes`: the pulse tells who dies, and when."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contract.errors import ConfigError, InputError
from outcomes.learning.named import NAMED
from outcomes.stage import PredictOutcomes
from outcomes.survival.incidences import Incidences
from outcomes.tasks.horizons import ahead, labels
from outcomes.tasks.reading import task as read_task
from outcomes.tasks.select import select
from outcomes.tasks.yaml12 import parsed
from outcomes.timeline import DAY, read
from outcomes.train import Training, train
from outcomes.trust.drift import WatchDrift
from tests.outcomes.timelines import Event, rows
from tests.outcomes.ward_file import PULSE, START, TASK

TIMED = TASK.replace(
    "stay:", "event_time: {event: died, competing: [discharge]}\n    horizons: [2d, 5d, 40d]\n    stay:"
)
OPEN, OTHERS = 500, 1000  # from this person on stays go on; from this one on nobody taught


def ward(seed: int = 3, *, others: int = 0) -> pa.Table:
    """Who is fast dies soon or late, others go home; the last twelve are still there after three days."""
    source = np.random.default_rng(seed)
    events: list[Event] = []
    for number in [*range(1, 121), *range(OPEN, OPEN + 12)]:
        dead = bool(source.random() < 0.35)
        pulse, days = 80 + 25 * dead + source.normal(0, 8), 1.1 + source.exponential(2.5 if dead else 4)
        measured = range(0, 31, 6) if number < OPEN else range(0, 73, 6)
        person, name = number + others, f"e{number + others}"
        events.append((person, at(0), "HOSPITAL_ADMISSION//IMP", None, name, None))
        events += [(person, at(h + 0.5), PULSE, float(pulse + source.normal(0, 3)), name, None) for h in measured]
        if number < OPEN:
            events.append((person, at(24 * days), f"HOSPITAL_DISCHARGE//{'exp' if dead else 'home'}", None, name, None))
    return rows(sorted(events, key=lambda event: (event[0], event[1] or "")))


def at(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat(timespec="microseconds")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("timed")
    pq.write_table(ward(), home / "ward.parquet")
    (home / "death.yaml").write_text(TIMED)
    told: list[str] = []
    training = Training(challengers=("trees",), allow=(PULSE,), phi=False)
    (done,) = train([str(home / "death.yaml")], home / "ward.parquet", home / "art", training, told.append)
    assert "Uno's C of died up to 40 days 0." in done.said
    assert any("trees give no incidences" in line for line in told)
    return home


@pytest.fixture(scope="module")
def predicted(trained: Path) -> dict[str, pa.Table]:
    return dict(PredictOutcomes(artifacts=str(trained / "art")).run({"timeline": ward(4, others=OTHERS)}))


def test_labels_are_what_came_first_by_each_horizon() -> None:
    found = select(read_task("t", parsed(TIMED)), read(ward()))
    assert found.targets[:4] == ("died within 2d", "died within 5d", "died within 40d", "discharge within 2d")
    seen = found.times
    assert seen is not None and seen.horizons == (2, 5, 40)
    died, home = found.label[:, :3], found.label[:, 3:]
    other = seen.kind == 2
    assert (died[other] == 0).all() and (home[other, 2] == 1).all()
    assert (home[other, 0] == (seen.days[other] <= 2)).all()
    lost = seen.kind == 0
    assert lost.sum() == 12 and (seen.days[lost] == pytest.approx(2.02, abs=0.01))
    assert (died[lost, 0] == 0).all() and np.isnan(found.label[lost][:, [1, 2, 4, 5]]).all()
    blind = select(read_task("t", parsed(TIMED)), read(ward()), labelled=False)
    assert blind.targets == found.targets and blind.times is None and np.isnan(blind.label).all()


def test_incidences_rise_and_share_one_and_tell_who_dies(predicted: dict[str, pa.Table]) -> None:
    table = predicted["outcomes"]
    said = table["probability"].to_numpy().reshape(-1, 2, 3)  # also those under `least`: a curve is whole
    assert (np.diff(said, axis=2) >= 0).all() and (said >= 0).all()
    assert (said.sum(1) <= 1 + 1e-6).all()
    assert table["target"].to_pylist()[:2] == ["died within 2d", "died within 5d"]
    assert table["horizon"].to_pylist()[:3] == [timedelta(days=days) for days in (2, 5, 40)]
    frame = table.to_pandas()
    last = frame[(frame["target"] == "died within 40d") & frame["observed"].notna()]
    dead = last["observed"].astype(bool)
    assert last[dead]["probability"].mean() > 0.45 > 0.3 > last[~dead]["probability"].mean()
    still = frame[(frame["subject_id"] >= OTHERS + OPEN) & (frame["prediction_time"] == START + timedelta(days=1))]
    assert still["observed"].isna().sum() == 4 * 12  # two days without end are known, later is not
    assert set(frame["decision"]) <= {"yes", "no", "abstain"}


def test_contributions_are_parts_of_the_log_odds(trained: Path, predicted: dict[str, pa.Table]) -> None:
    top = max(predicted["outcomes"].to_pylist(), key=lambda row: row["probability"] * ("died" in row["target"]))
    assert PULSE in top["contributions"][0]["feature"] and top["contributions"][0]["shap"] > 0
    timeline = read(ward(5))
    cohort = select(read_task("t", parsed(TIMED)), timeline)
    model = Incidences().load(trained / "art" / "death" / "model" / "model")
    every, some = model.scores(timeline, cohort), np.array([7, 90])
    assert [model.scores(timeline, cohort.take(np.array([row])))[0].tolist() for row in some] == every[some].tolist()
    features = model.features(timeline, cohort)
    hazards = model.survival.hazards(features)
    odds = np.log(hazards / (1 - hazards.sum(2, keepdims=True)))
    rest = odds - model.parts(features).sum(2)[:, None]
    assert rest == pytest.approx(np.broadcast_to(rest[:1], rest.shape), abs=1e-3)


def test_the_artifact_its_card_and_drift(trained: Path, predicted: dict[str, pa.Table]) -> None:
    folder = trained / "art" / "death"
    assert json.loads((folder / "config.json").read_text())["learner"] == "incidence"
    assert not [path for path in folder.rglob("*") if path.suffix in (".pkl", ".joblib")]
    card = (folder / "card.md").read_text()
    assert "Uno's C of died up to 40 days: 0." in card and "within 5 days, the same said of everybody" in card
    assert "figures/incidence.svg" in card and (folder / "figures" / "incidence.svg").read_text().startswith("<svg")
    watch = WatchDrift(artifacts=str(trained / "art"))
    drift = watch.merge([watch.partial({"outcomes": predicted["outcomes"], "timeline": ward(4, others=OTHERS)})])[
        "outcome_drift"
    ].to_pandas()
    assert {"died within 2d", "discharge within 40d"} <= set(drift["target"])
    assert set(predicted["outcomes_account"]["task"].to_pylist()) == {"death"}


def test_maps_of_single_targets_are_not_learned(trained: Path) -> None:
    said = json.loads((trained / "art" / "death" / "model" / "calibration.json").read_text())
    assert {one["map"]["kind"] for one in said} == {"none"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (("[2d, 5d, 40d]", "[5d, 2d]"), "durations over 0 that rise"),
        (("event_time: {event: died, competing: [discharge]}\n    ", ""), "horizons is of `event_time`"),
        (("[discharge]", "[died]"), "cannot compete with itself"),
        (("stay:", "horizon: 20d\n    stay:"), "40d lies beyond horizon"),
        (("stay:", "censored: dropped\n    stay:"), "censored is unknown"),
    ],
)
def test_horizons_that_cannot_be(change: tuple[str, str], error: str) -> None:
    with pytest.raises(ConfigError, match=error):
        read_task("t", parsed(TIMED.replace(*change)))


def test_what_cannot_be_learned(trained: Path, tmp_path: Path) -> None:
    table = ward()
    alive = pa.array([code.replace("//exp", "//home") for code in table["code"].to_pylist()])
    pq.write_table(table.set_column(2, "code", alive), tmp_path / "alive.parquet")
    short = table.filter(pa.array([t < START + timedelta(days=4) for t in table["time"].to_pylist()]))
    pq.write_table(short, tmp_path / "short.parquet")
    for name, error in (("alive", "0 persons have died"), ("short", "nobody was followed longer than")):
        with pytest.raises(InputError, match=error):
            train([str(trained / "death.yaml")], tmp_path / f"{name}.parquet", tmp_path / "art", Training())
    with pytest.raises(ConfigError, match="no challenger"):
        train(["mortality"], tmp_path / "short.parquet", tmp_path / "art", Training(challengers=("incidence",)))
    timeline = read(table)
    cohort = replace(select(read_task("t", parsed(TASK)), timeline))
    with pytest.raises(ConfigError, match="asks for no time"):
        NAMED["incidence"]().fit(timeline, cohort, 1)


def test_a_horizon_at_the_censoring_is_known() -> None:
    task = read_task("t", parsed(TIMED))
    found = select(task, read(ward()))
    seen = found.times
    assert seen is not None
    exact = replace(seen, days=np.full(len(seen.days), 5.0), kind=np.zeros(len(seen.days), np.int64))
    assert labels(exact)[0] == pytest.approx([0, 0, np.nan, 0, 0, np.nan], nan_ok=True)
    assert ahead(task).tolist() == [2 * DAY, 5 * DAY, 40 * DAY] * 2
