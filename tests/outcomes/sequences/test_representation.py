"""Vectors of patients: told without labels, the same again, from nothing that came later, and back from disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.errors import InputError
from models.train import Schedule
from outcomes.sequences.representation import Unsupervised, load
from tests.outcomes.sequences.stays import AT, timeline

QUICK = Unsupervised(size=4, hidden=8, schedule=Schedule(epochs=6, rate=1e-2, average=0.7))


def test_vectors_are_made_without_labels_and_hold_what_was_seen() -> None:
    events, cohort = timeline()
    blind = replace(cohort, label=np.full_like(cohort.label, np.nan))
    made = QUICK.learn(events, blind)
    vectors = made.vectors(events, cohort)
    assert vectors.shape == (60, 4)
    assert made.names == ("ae/0", "ae/1", "ae/2", "ae/3")
    apart = np.abs(vectors[cohort.label[:, 0] == 1].mean(0) - vectors[cohort.label[:, 0] == 0].mean(0))
    assert (apart / vectors.std(0)).max() > 1  # LAB//1 tells the classes apart, and the vectors hold it
    assert vectors.tobytes() == QUICK.learn(events, cohort).vectors(events, cohort).tobytes()


def test_later_events_change_no_vector() -> None:
    events, cohort = timeline(20)
    other = replace(events, value=np.where(events.recorded > AT, 1e6, events.value).astype(np.float32))
    made, again = QUICK.learn(events, cohort), QUICK.learn(other, cohort)
    assert made.vectors(events, cohort).tobytes() == again.vectors(other, cohort).tobytes()


def test_a_block_of_features_comes_back_from_disk(tmp_path: Path) -> None:
    events, cohort = timeline(20)
    made = QUICK.learn(events, cohort)
    made.save(tmp_path)
    block = load(tmp_path).features(events, cohort)
    assert block.names == made.names
    assert block.dense().tobytes() == made.vectors(events, cohort).tobytes()
    with pytest.raises(InputError, match=r"representation\.json is missing"):
        load(tmp_path / "none")


def test_nobody_and_one_person() -> None:
    events, cohort = timeline(3)
    assert QUICK.learn(events, cohort.take(np.arange(0))).vectors(events, cohort).shape == (3, 4)
    assert np.isfinite(QUICK.learn(events, cohort.take(np.arange(1))).vectors(events, cohort)).all()
