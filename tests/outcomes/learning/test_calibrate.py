"""Recalibration: mends what is bent, leaves what is right, and never looks at the persons it is judged on."""

from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from eval import risk
from outcomes.learning import calibrate
from outcomes.learning.blend import Blend
from outcomes.learning.calibrate import Calibration, calibrated, choose
from outcomes.learning.recalibration import Map, learn
from outcomes.learning.simple import Simple
from outcomes.learning.trees import Trees
from tests.outcomes.learning.small_hospital import ward

ROWS = 4000
PERSONS = np.arange(ROWS)


def drawn(seed: int = 1) -> tuple[risk.Floats, risk.Floats]:
    source = np.random.default_rng(seed)
    truth = source.beta(1, 4, ROWS)
    return truth, (source.random(ROWS) < truth).astype(float)


def test_scores_that_are_right_stay() -> None:
    truth, label = drawn()
    found = choose(truth, label, PERSONS, 1)
    assert found.map == Map() and set(dict(found.losses)) == {"none", "logistic", "beta", "isotonic"}
    assert (truth >= found.threshold).sum() == label.sum()


@pytest.mark.parametrize("bend", [lambda p: p**3, lambda p: 1 / (1 + np.exp(-3 * risk.logit(p) - 1)), lambda p: p / 3])
def test_bent_scores_are_mended(bend) -> None:  # type: ignore[no-untyped-def]
    truth, label = drawn()
    found = choose(bend(truth), label, PERSONS, 1)
    fresh, later = drawn(2)
    after = found.map.apply(bend(fresh))
    assert found.map.kind != "none"
    assert risk.plain(risk.ece, later, after) < 0.025 < risk.plain(risk.ece, later, bend(fresh))
    if found.map.kind != "isotonic":
        assert (np.diff(after[np.argsort(bend(fresh))]) >= 0).all()


@pytest.mark.parametrize("positives, kinds", [(0, 0), (19, 0), (20, 3), (199, 3), (200, 4)])
def test_few_positives_teach_little(positives: int, kinds: int) -> None:
    label = (np.arange(ROWS) < positives).astype(float)
    found = choose(np.linspace(0.9, 0.1, ROWS), label, PERSONS, 1)
    assert len(found.losses) == kinds and (found.map == Map()) <= (kinds > 0 or positives < 20)
    assert 0 <= found.threshold <= 1


def test_unknown_labels_are_left_out() -> None:
    truth, label = drawn()
    some = np.where(np.arange(ROWS) % 2, label, np.nan)
    assert choose(truth, some, PERSONS, 1) == choose(truth[1::2], label[1::2], PERSONS[1::2], 1)
    assert choose(truth, label * np.nan, PERSONS, 1) == Calibration(Map(), 0.5)


@pytest.mark.parametrize("kind", ["none", "logistic", "beta", "isotonic"])
def test_maps_rise(kind) -> None:  # type: ignore[no-untyped-def]
    truth, label = drawn()
    assert (np.diff(learn(kind, truth, label).apply(np.linspace(0, 1, 99))) >= 0).all()


def test_with_a_model_and_saved(tmp_path: Path) -> None:
    timeline, cohort = ward()
    learner = Simple(blend=Blend(members=("logistic",), trees=Trees(rounds=5), threads=1))
    model = calibrated(learner, timeline, cohort, 1)
    assert model.out_of_fold is not None and model.out_of_fold.shape == cohort.label.shape
    model.save(tmp_path)
    again = calibrate.load(learner, tmp_path)
    assert again.calibrations == model.calibrations
    np.testing.assert_array_equal(again.scores(timeline, cohort), model.scores(timeline, cohort))
    (tmp_path / calibrate.FILE).unlink()
    with pytest.raises(InputError, match=calibrate.FILE):
        calibrate.load(learner, tmp_path)
