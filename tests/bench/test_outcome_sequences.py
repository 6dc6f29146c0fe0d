"""bench.outcome_sequences on small stays: every figure with its paired interval, every way of training named."""

import json
from dataclasses import replace

import numpy as np

from bench.json_line import json_line
from bench.outcome_sequences import KEYS, Trial, interval, told, trained
from eval.resampling import Estimate
from outcomes.learning.compare import judge
from tests.outcomes.sequences.stays import timeline, tiny


def test_a_trial_scores_the_judged_folds_only() -> None:
    events, cohort = timeline(20)
    fold = np.arange(20) // 2 % 2
    quick = tiny("timed-attention", schedule=replace(tiny("gru").schedule, epochs=1))
    trial = Trial(events, cohort, fold, 1)
    scores = trial.scores(quick)
    assert np.isfinite(scores[fold == 0]).all()
    assert np.isnan(scores[fold == 1]).all()
    found = told(trial.verdict("same", scores, scores))
    assert found["auroc"]["gain"] == [0.0, 0.0, 0.0]  # type: ignore[index]


def test_what_is_printed() -> None:
    label = np.array([[0.0], [0.0], [1.0], [1.0]] * 10)
    first, second = np.array([[0.1], [0.6], [0.5], [0.9]] * 10), label
    verdict = judge("x", label, first, second, np.arange(40))
    found = told(verdict)
    assert found["auroc"]["value"] == 1.0  # type: ignore[index]
    assert found["auroc"]["gain"][1] > 0  # type: ignore[index]
    assert interval(Estimate(0.12344, 0.1, 0.2)) == [0.1234, 0.1, 0.2]
    assert json.loads(json_line(KEYS, dict.fromkeys(KEYS, found)))["models"] == found


def test_ways_of_training_differ_from_plain_in_one_thing() -> None:
    events, _ = timeline(4)
    ways = trained(tiny("gru-d"), events)
    made = {name: ways[name]() for name in ways if name != "all tasks"}
    assert [one.strategy.mask for one in made.values()] == [0, 0.25, 0.5, 0, 0]  # type: ignore[attr-defined]
    assert {one.members for one in made.values()} == {1}  # type: ignore[attr-defined]
