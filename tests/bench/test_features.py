"""The bench of further features: blocks hold what their kind says, gains are paired, the line has its keys."""

import json

import numpy as np
import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from bench import features
from bench.features import Drawn, alone, block, mean
from outcomes.cohort import Cohort
from outcomes.features.vocabulary import learn
from outcomes.timeline import DAY, Timeline, read

START = 1_600_000_000_000_000


def told(persons: int = 30) -> Timeline:
    """A value, a finding of a note and one coordinate of a film, the film after the prediction."""
    rows = [
        (person, START + hour * DAY // 24, code, value)
        for person in range(persons)
        for hour, code, value in ((0, "HOSPITAL_ADMISSION//IMP", None), (1, "LOINC//1", float(person)),
                                  (2, "FINDING//adverse_event//present", 0.9), (3, "IMAGE//net//0", float(-person)),
                                  (30, "IMAGE//net//0", 99.0))
    ]  # fmt: skip
    subject, time, code, value = zip(*rows, strict=True)
    columns = {"subject_id": subject, "time": pa.array(time, pa.timestamp("us")), "code": code}
    return read(pa.table({**columns, "numeric_value": pa.array(value, pa.float32())}))


def asked(timeline: Timeline) -> Cohort:
    size = len(timeline.subjects)
    began = np.full(size, START)
    none = np.full(size, None, object)
    return Cohort("t", ("",), np.arange(size), none, began, began + DAY, began + DAY, np.zeros((size, 1), np.float32))


def test_the_record_alone_has_no_texts_and_images() -> None:
    timeline = told()
    names = {name for layer in learn(timeline, asked(timeline), alone()).layers.values() for name in layer}
    assert "LOINC//1" in names and not any(name.startswith(("FINDING", "IMAGE")) for name in names)


def test_a_block_is_of_its_kind_and_of_the_time_before() -> None:
    timeline = told()
    image = block("image", timeline, asked(timeline))
    assert image.names == ("ever/IMAGE//net//0/last",)
    assert image.dense()[:, 0].tolist()[1:5] == [-1, -2, -3, -4]
    assert all("FINDING" in name for name in block("text", timeline, asked(timeline)).names)


def test_noise_is_the_same_again_and_knows_nothing() -> None:
    timeline = told()
    one, other = (block("noise", timeline, asked(timeline)).dense() for _ in range(2))
    assert one.shape == (30, features.COLUMNS) and (one == other).all()


def test_gains_are_paired() -> None:
    drawn = np.random.default_rng(1).normal(0.8, 0.1, 300)
    found = mean([(Drawn(0.81, drawn + 0.01), Drawn(0.80, drawn))])
    assert found.value == pytest.approx(0.01) and found.high - found.low < 1e-9


def test_line(monkeypatch: pytest.MonkeyPatch) -> None:
    worth = {"record": 0.7, "autoencoder": 0.71, "text": 0.7, "image": 0.69, "noise": 0.699}
    monkeypatch.setattr(features, "hospital", lambda *_: pa.table({"subject_id": [1], "code": ["A"],
                        "time": pa.array([0], pa.timestamp("us")), "numeric_value": [1.0]}))  # fmt: skip
    monkeypatch.setattr(
        features, "judged", lambda *_: {name: Drawn(one, np.full(9, one)) for name, one in worth.items()}
    )
    app = typer.Typer()
    app.command()(features.main)
    found = CliRunner().invoke(app, [])
    assert found.exit_code == 0, found.output
    line = json.loads(found.output.splitlines()[-1])
    assert line == {"gain": {"autoencoder": 0.01, "text": 0.0, "image": -0.01}, "noise_cost": 0.001}
