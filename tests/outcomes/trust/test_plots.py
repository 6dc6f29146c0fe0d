"""Every figure can be drawn, of ordinary and of odd predictions, and says what it should."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from outcomes.trust import plots
from outcomes.trust.decision import curve
from outcomes.trust.groups import Judged, by_group

DRAW = np.random.default_rng(2)
SCORES = DRAW.beta(1, 4, 600)
LABELS = (DRAW.random(600) < SCORES).astype(float)
ODD = {"usual": (LABELS, SCORES), "no positives": (np.zeros(30), np.full(30, 0.2)), "few": (np.ones(3), np.ones(3))}


def sound(figure: plots.Figure) -> str:
    ET.fromstring(figure.file)
    assert "nan" not in figure.svg.lower()
    return figure.svg


@pytest.mark.parametrize("labels, scores", ODD.values(), ids=ODD)
def test_curves(labels: np.ndarray, scores: np.ndarray) -> None:
    assert "perfect calibration" in sound(plots.reliability(labels, scores))
    sound(plots.roc(labels, {"a": scores, "b": 1 - scores}))
    sound(plots.precision_recall(labels, {"a": scores}))
    assert "act on everybody" in sound(plots.decision(curve(labels, scores)))


def test_the_roc_of_a_perfect_model_goes_through_the_corner() -> None:
    drawn = plots.roc(np.repeat([1.0, 0.0], 50), {"perfect": np.linspace(1, 0, 100)}).svg
    assert "L62.0 14.0" in drawn  # sensitivity 1 at specificity 1


def test_groups_that_are_too_small_have_words_only() -> None:
    found = by_group(Judged(LABELS, SCORES, np.arange(600)), {"sex": np.array(["F"] * 590 + ["M"] * 10, object)}, 20)
    for measure in ("ratio", "auroc"):
        drawn = sound(plots.groups(found, measure))
        assert drawn.count("<circle") == 1 and drawn.count("too small") == 1


def test_contributions() -> None:
    shap = DRAW.normal(size=(50, 20)) * np.linspace(2, 0.1, 20)
    values = np.where(DRAW.random((50, 20)) < 0.3, np.nan, shap)
    names = [f"f{k:02}" for k in range(20)]
    assert sound(plots.importance(names, shap)).count("<circle") == plots.SHOWN
    assert sound(plots.beeswarm(names, shap, values)).count("h0") == 50 * plots.SHOWN


def test_one_prediction_is_explained() -> None:
    drawn = sound(plots.explained([("24h/lactate/max", 4.2, 0.8), ("age", 30.0, -0.5), ("inr", np.nan, 0.1)]))
    assert "24h/lactate/max = 4.2" in drawn and "inr absent" in drawn and "+0.80" in drawn
    assert drawn.count('class="weak"') == 1


def test_drift_needs_two_periods() -> None:
    row = {"measure": "observed_expected", "value": 1.0, "lower": 0.8, "upper": 1.3, "reference": 1.0}
    rows = [row | {"period": p} for p in ("2024-01", "2024-02", "")]
    drawn = plots.drift(rows)
    assert drawn and "2024-02" in sound(drawn)
    assert plots.drift(rows[:1]) is None
    assert plots.drift(rows, "calibration") is None
