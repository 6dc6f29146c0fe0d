"""The bench of survival: designs are as their formulas say, references agree, the line has its keys."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from bench import survival, survival_models
from bench.survival_designs import DESIGNS, Design
from bench.survival_reference import differences, expanded
from outcomes.survival.marginal import Marginal
from outcomes.survival.proportional import Proportional

HORIZONS = np.array([0.25, 0.5, 1.0])


@pytest.mark.parametrize(
    "design", [Design("p", lost=1e-9), Design("c", crossing=True, lost=1e-9)], ids=lambda d: d.name
)
def test_what_is_drawn_is_what_the_formula_says(design: Design) -> None:
    drawn = design.draw(3000, 5)
    truth = drawn.truth(HORIZONS)
    for cause in (1, 2):
        found = ((drawn.times[:, None] <= HORIZONS) & (drawn.kinds[:, None] == cause)).astype(float)
        error = np.sqrt((truth[:, cause - 1] * (1 - truth[:, cause - 1])).mean(0) / 3000)
        assert (np.abs(found.mean(0) - truth[:, cause - 1].mean(0)) < 4 * error).all()
        high = truth[:, cause - 1, 1] > np.median(truth[:, cause - 1, 1])
        assert (found[high].mean(0) > found[~high].mean(0)).all()


def test_designs_are_what_they_are_called() -> None:
    drawn = {design.name: design.draw(400, 1) for design in DESIGNS}
    assert (drawn["heavy_censoring"].kinds == 0).mean() > 0.5
    assert len(np.unique(drawn["ties"].times)) <= 16
    assert drawn["left_out"].x.shape[1] == drawn["proportional"].x.shape[1] - 1
    again = DESIGNS[0].draw(400, 1)
    assert (again.times == drawn["proportional"].times).all()
    assert (DESIGNS[0].draw(400, 2).times != again.times).any()


@pytest.mark.parametrize("name", ["proportional", "ties"])
def test_references_agree(name: str) -> None:
    design = next(design for design in DESIGNS if design.name == name)
    found = dict(differences(design, design.draw(60, 1)))
    assert max(found.values()) < 1e-5
    assert "Fine-Gray Breslow, statsmodels" in found


def test_a_competing_event_stays_with_falling_weights() -> None:
    drawn = Design("p", lost=1.0).draw(60, 2)
    rows = expanded(drawn)
    person = int(np.flatnonzero((drawn.kinds == 2) & (drawn.times < 0.3))[0])
    mine = rows[rows["id"] == person]
    assert mine["weight"].iloc[0] == 1
    assert (np.diff(mine["weight"]) <= 0).all()
    assert mine["weight"].iloc[-1] < 1
    assert mine["event"].sum() == 0


def test_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import typer

    monkeypatch.setattr(survival_models, "LEARNERS", (Marginal(), Proportional()))
    monkeypatch.setattr(survival_models, "DIRECT", ())
    monkeypatch.setattr(survival, "DESIGNS", DESIGNS[:1])
    monkeypatch.setattr(survival, "COMPARED", 60)
    app = typer.Typer()
    app.command()(survival.main)
    said = CliRunner().invoke(app, ["--seeds", "1", "--persons", "300"])
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout.splitlines()[-1])
    assert tuple(found) == survival.KEYS
    assert found["max_difference"] < 1e-5
    assert found["uno_c"]["truth"] > found["uno_c"]["marginal"] == 0.5
    assert found["brier"]["truth"] < found["brier"]["fine_gray"] < found["brier"]["marginal"]
