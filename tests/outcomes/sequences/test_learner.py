"""Sequence learners: they learn, repeat themselves, come back as saved, and never look past the prediction."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from outcomes.sequences.learner import SequenceModel
from outcomes.sequences.named import LEARNERS
from outcomes.sequences.strategies import Strategy
from outcomes.timeline import Timeline
from tests.outcomes.sequences.stays import AT, timeline, tiny

EVERY = pytest.mark.parametrize("network", list(LEARNERS))


@cache
def _learned(network: str) -> SequenceModel:
    return tiny(network).fit(*timeline(), 3)


@EVERY
def test_it_learns_and_repeats_itself(network: str) -> None:
    events, cohort = timeline()
    first = _learned(network)
    new_events, new = timeline(40, seed=2)
    scores = first.scores(new_events, new)
    assert scores.shape == (40, 1)
    assert _area(new.label[:, 0], scores[:, 0]) > 0.85
    again = tiny(network).fit(events, cohort, 3).scores(new_events, new)
    assert scores.tobytes() == again.tobytes()


@EVERY
def test_later_events_change_nothing(network: str) -> None:
    events, cohort = timeline(20)
    model = tiny(network, schedule=replace(tiny(network).schedule, epochs=1)).fit(events, cohort, 1)
    later = events.recorded > AT
    assert later.any()
    other = replace(
        events, value=np.where(later, -1e6, events.value).astype(np.float32), code=np.where(later, 2, events.code)
    )
    assert model.scores(events, cohort).tobytes() == model.scores(other, cohort).tobytes()
    assert model.scores(events, cohort).tobytes() == model.scores(events.where(~later), cohort).tobytes()
    taught = tiny(network, schedule=replace(tiny(network).schedule, epochs=1)).fit(other, cohort, 1)
    assert model.scores(events, cohort).tobytes() == taught.scores(events, cohort).tobytes()


@EVERY
def test_a_score_is_the_same_alone_and_among_others(network: str) -> None:
    model, (events, cohort) = _learned(network), timeline(40, seed=5)
    among = model.scores(events, cohort)
    alone = np.concatenate([model.scores(events, cohort.take(np.array([at]))) for at in range(0, 40, 4)])
    assert among[::4].tobytes() == alone.tobytes()


@EVERY
def test_a_saved_model_says_the_same(network: str, tmp_path: Path) -> None:
    events, cohort = timeline(20)
    learner = tiny(network, schedule=replace(tiny(network).schedule, epochs=1), members=2)
    model = learner.fit(events, cohort, 1)
    model.save(tmp_path)
    loaded = LEARNERS[network].load(tmp_path)
    assert model.scores(events, cohort).tobytes() == loaded.scores(events, cohort).tobytes()
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".safetensors"]


@EVERY
def test_little_much_and_strange(network: str) -> None:
    events, cohort = timeline(20)
    model = tiny(network, schedule=replace(tiny(network).schedule, epochs=1)).fit(events, cohort, 1)
    odd = _odd(events)
    rows = np.arange(len(odd.subjects))
    asked = replace(cohort.take(rows), subject=rows)
    scores = model.scores(odd, asked)
    assert np.isfinite(scores).all()
    assert model.scores(odd, asked.take(rows[:0])).shape == (0, 1)
    assert len(model.explain(odd, asked, 3)) == len(rows)


@EVERY
def test_one_class_one_person_and_unknown_labels(network: str) -> None:
    events, cohort = timeline(12)
    learner = tiny(network, schedule=replace(tiny(network).schedule, epochs=1))
    none = replace(cohort, label=np.zeros_like(cohort.label))
    unknown = replace(cohort, label=np.full_like(cohort.label, np.nan))
    for odd in (none, unknown, cohort.take(np.array([0]))):
        assert np.isfinite(learner.fit(events, odd, 1).scores(events, cohort)).all()


@EVERY
def test_the_value_that_decides_is_named(network: str) -> None:
    events, cohort = timeline()
    model = _learned(network)
    ill = cohort.take(cohort.label[:, 0] == 1).take(np.arange(10))
    strongest = [row[0][:3] for row in model.explain(events, ill, 5)]
    named = [any(one.feature.startswith("LAB//1") for one in row) for row in strongest]
    assert sum(named) > 7
    assert all(len(row[0]) <= 5 for row in model.explain(events, cohort.take(np.arange(3)), 5))


def test_further_tasks_share_the_trunk_and_stay_out_of_the_scores() -> None:
    events, cohort = timeline(30)
    beside = replace(cohort, task="other", targets=("a", "b"), label=np.repeat(1 - cohort.label, 2, 1))
    learner = tiny("gru-d", strategy=Strategy(beside=(beside,)))
    model = learner.fit(events, cohort, 1)
    assert model.scores(events, cohort).shape == (30, 1)
    assert model.heads == 3


@pytest.mark.parametrize("by", ["length", "loss"])
def test_a_curriculum_trains(by: str) -> None:
    events, cohort = timeline(30)
    learner = tiny("timed-attention", strategy=Strategy(curriculum=by))  # type: ignore[arg-type]
    assert _area(cohort.label[:, 0], learner.fit(events, cohort, 1).scores(events, cohort)[:, 0]) > 0.85


def test_a_folder_without_a_model_and_one_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sequence\.json is missing"):
        LEARNERS["gru"].load(tmp_path)
    events, cohort = timeline(12)
    tiny("gru", schedule=replace(tiny("gru").schedule, epochs=1)).fit(events, cohort, 1).save(tmp_path)
    with pytest.raises(InputError, match="holds a gru network; expected gru-d"):
        LEARNERS["gru-d"].load(tmp_path)


def _odd(events: Timeline) -> Timeline:
    """Nobody known; one event; ten thousand in an hour; codes never seen; an infinite value."""
    counts = [0, 1, 10_000, 3]
    n = sum(counts)
    codes = (*events.codes, "NEW//1", "NEW//2")
    code = np.r_[2, np.arange(10_000) % len(codes), 6, 7, 2].astype(np.int32)
    time = np.r_[AT - 5, np.full(10_000, AT - 100), AT - 9, AT - 8, AT - 7]
    value = np.r_[1.0, np.arange(10_000), 2.0, np.nan, np.inf].astype(np.float32)
    return Timeline(
        np.arange(4), np.r_[0, np.cumsum(counts)], time, time, code, value, np.full(n, -1, np.int32), codes, ()
    )


def _area(label: np.ndarray, score: np.ndarray) -> float:  # type: ignore[type-arg]
    yes, no = score[label == 1], score[label == 0]
    return float((yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2)


def test_scores_out_of_fold_are_not_those_of_training() -> None:
    events, cohort = timeline(40)
    noise = replace(cohort, label=np.random.default_rng(1).permutation(cohort.label))
    model = tiny("timed-attention", folds=3, members=3).fit(events, noise, 1)
    assert model.out_of_fold is not None
    label = noise.label[:, 0]
    assert _area(label, model.out_of_fold[:, 0]) + 0.1 < _area(label, model.scores(events, noise)[:, 0])
    assert tiny("gru", members=1).fit(events, cohort, 1).out_of_fold is None
