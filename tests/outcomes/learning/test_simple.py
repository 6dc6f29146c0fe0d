"""The default model from a timeline: scores, contributions, files; nothing later than the prediction is read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval import risk
from outcomes.cohort import Cohort
from outcomes.learning.blend import Blend
from outcomes.learning.simple import Simple, SimpleModel
from outcomes.learning.trees import Trees
from outcomes.timeline import Timeline
from tests.outcomes.learning.small_hospital import PULSE, ward

QUICK = Simple(blend=Blend(trees=Trees(rounds=10, rate=0.2), threads=1))


@pytest.fixture(scope="module")
def learned() -> tuple[Timeline, Cohort, SimpleModel]:
    timeline, cohort = ward()
    return timeline, cohort, QUICK.fit(timeline, cohort, 1)


def test_it_learns_who_dies(learned: tuple[Timeline, Cohort, SimpleModel]) -> None:
    timeline, cohort, model = learned
    scores, label = model.scores(timeline, cohort), cohort.label[:, 0].astype(float)
    assert scores.shape == (len(cohort), 1) and 0 < scores.min() < scores.max() < 1
    assert model.out_of_fold is not None and risk.plain(risk.auroc, label, model.out_of_fold[:, 0]) > 0.9


def test_the_strongest_contribution_is_the_cause(learned: tuple[Timeline, Cohort, SimpleModel]) -> None:
    timeline, cohort, model = learned
    told = model.explain(timeline, cohort.take(np.arange(5)), 3)
    assert len(told) == 5 and all(len(target) <= 3 for row in told for target in row)
    assert all(PULSE in one.feature for row in told for one in row[0])
    shap = [abs(one.shap) for one in told[0][0]]
    assert shap == sorted(shap, reverse=True)


def test_what_is_later_changes_nothing(learned: tuple[Timeline, Cohort, SimpleModel]) -> None:
    timeline, cohort, model = learned
    later = timeline.recorded > cohort.at[0]
    assert later.any()
    changed = replace(timeline, value=np.where(later, 999, timeline.value).astype(np.float32))
    np.testing.assert_array_equal(model.scores(changed, cohort), model.scores(timeline, cohort))


def test_saved_and_loaded(learned: tuple[Timeline, Cohort, SimpleModel], tmp_path: Path) -> None:
    timeline, cohort, model = learned
    model.save(tmp_path / "model")
    again = QUICK.load(tmp_path / "model")
    np.testing.assert_array_equal(again.scores(timeline, cohort), model.scores(timeline, cohort))
    assert again.out_of_fold is None
