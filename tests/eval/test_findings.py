"""Finding F1: by hand, with side and severity, means and weights."""

import numpy as np
import pytest

from contract.errors import ConfigError
from eval.findings import Label, agreement, counts

GOLD = [[Label("effusion", "left", "mild"), Label("edema")], [Label("effusion", "both")], []]
FOUND = [[Label("effusion", "right", "mild")], [Label("effusion", "both", "severe"), Label("edema")], [Label("other")]]
NAMES = ("effusion", "edema", "pneumonia")


@pytest.mark.parametrize(
    ("aspect", "effusion"), [("finding", 1.0), ("side", 0.5), ("severity", 0.5), ("all", 0.0)]
)  # of two given and two wanted
def test_sides_and_severities_count_where_asked(aspect: str, effusion: float) -> None:
    scores = counts(GOLD, FOUND, NAMES, aspect).f1()[0]
    assert scores[0] == effusion
    assert scores[1] == 0.0  # wanted in one report, given in another
    assert np.isnan(scores[2])


def test_means_leave_out_what_is_nowhere() -> None:
    said = counts(GOLD, FOUND, NAMES)
    assert said.mean_f1()[0] == 0.5
    assert said.micro_f1()[0] == pytest.approx(4 / 6)
    assert counts([[]], [[]], NAMES).mean_f1()[0] == 0.0


def test_weights_draw_reports() -> None:
    said = counts(GOLD, FOUND, NAMES)
    weights = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert said.f1(weights)[:, 0].tolist()[:2] == [1.0, 1.0]
    assert said.mean_f1(weights).tolist() == [0.5, 0.5, 0.0]


def test_a_finding_counts_once_a_report() -> None:
    twice = [Label("effusion", "left"), Label("effusion", "right")]
    assert counts([twice], [[Label("effusion", "left")]], NAMES, "side").f1()[0, 0] == 1.0


def test_agreement_asks_only_what_gold_names() -> None:
    assert agreement(GOLD, FOUND, "side") == (1, 2)
    assert agreement(GOLD, FOUND, "severity") == (1, 1)
    assert agreement([[Label("effusion")]], [[Label("effusion", "left")]], "side") == (0, 0)
    with pytest.raises(ConfigError, match="finding"):
        agreement(GOLD, FOUND, "finding")


def test_an_unknown_aspect_is_named() -> None:
    with pytest.raises(ConfigError, match="colour"):
        counts(GOLD, FOUND, NAMES, "colour")
