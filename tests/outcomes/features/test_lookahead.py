"""What is recorded after a prediction changes no byte of its features; and the check finds what would."""

from dataclasses import replace

import numpy as np
import pytest

from outcomes.features.lookahead import edit, lookahead
from outcomes.features.plan import AGGREGATES, Plan
from outcomes.features.vocabulary import learn
from outcomes.features.windows import features
from tests.outcomes.features.records import cohort, hospital

ALL = dict.fromkeys(("6h", "24h", "stay", "before", "ever"), AGGREGATES)
PLAN = Plan(values=ALL, counts=ALL, min_persons=2, min_share=0)


@pytest.mark.parametrize("seed", range(6))
def test_no_feature_sees_what_is_recorded_later(seed: int) -> None:
    timeline = hospital(40, seed)
    rows = cohort(timeline, [(person, -20, 5 * (person % 7)) for person in range(40)])
    vocabulary = learn(timeline, rows, PLAN)
    names = features(timeline, rows, vocabulary).names
    assert {"24h/shock index/mean", "stay/pulse pressure/last", "ever/SMOKES=no/said"} <= set(names)
    found = lookahead(timeline, rows, vocabulary, seed=seed)
    assert found.same and found.rows == 40 and found.edited > 300


def test_edits_reach_features_that_look_ahead() -> None:
    timeline = hospital(40, 1)
    rows = cohort(timeline, [(person, -20, 20) for person in range(40)])
    vocabulary = learn(timeline, rows, PLAN)
    peeking = replace(timeline, recorded=timeline.time)  # as if `time` alone were asked
    later, _ = edit(timeline, rows, np.random.default_rng(0))
    later = replace(later, recorded=later.time)
    assert (features(peeking, rows, vocabulary).rows != features(later, rows, vocabulary).rows).nnz > 100
