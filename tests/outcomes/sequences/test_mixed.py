"""A mixture: shares learned out of fold, saved and loaded, explained by all of its parts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from outcomes.learning.named import NAMED
from outcomes.sequences.mixed import Mixed
from tests.outcomes.sequences.stays import timeline, tiny


def test_a_mixture_is_saved_and_says_the_same(tmp_path: Path) -> None:
    events, cohort = timeline(40)
    quick = {"folds": 2, "members": 2, "schedule": replace(tiny("gru").schedule, epochs=2)}
    parts = (tiny("gru", **quick), tiny("timed-attention", **quick))
    model = Mixed("both", parts).fit(events, cohort, 1)
    assert model.out_of_fold is not None
    assert (model.shares[:, 1:] >= 0).all()
    model.save(tmp_path)
    loaded = Mixed("both", parts).load(tmp_path)
    assert model.scores(events, cohort).tobytes() == loaded.scores(events, cohort).tobytes()
    assert len(model.explain(events, cohort.take(np.arange(2)), 4)[0][0]) == 4
    with pytest.raises(InputError, match="mixes gru, timed-attention"):
        Mixed("other", parts[:1]).load(tmp_path)


def test_a_part_without_scores_out_of_fold_is_told() -> None:
    events, cohort = timeline(12)
    with pytest.raises(InputError, match="as many members as folds"):
        Mixed("both", (tiny("gru", members=1, schedule=replace(tiny("gru").schedule, epochs=1)),)).fit(
            events, cohort, 1
        )


def test_every_name_is_of_its_learner() -> None:
    assert {name for name, make in NAMED.items() if make().name != name} == set()
