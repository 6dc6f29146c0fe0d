"""Further blocks of features: beside the windows, named in explanations, saved with the model."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.train import Schedule
from outcomes.learning.extended import Extended
from outcomes.sequences.representation import Unsupervised
from tests.outcomes.sequences.stays import timeline


def test_patient_vectors_beside_the_windows(tmp_path: Path) -> None:
    events, cohort = timeline()
    quick = Unsupervised(size=4, hidden=8, schedule=Schedule(epochs=3, rate=1e-2, average=0.7))
    learner = Extended("simple+ae", (quick,))
    model = learner.fit(events, cohort, 1)
    assert model.features(events, cohort).names[-4:] == ("ae/0", "ae/1", "ae/2", "ae/3")
    assert model.out_of_fold is not None
    model.save(tmp_path)
    rows = cohort.take(np.arange(6))
    assert model.scores(events, cohort).tobytes() == learner.load(tmp_path).scores(events, cohort).tobytes()
    told = model.explain(events, rows, 1000)
    assert any(one.feature.startswith("ae/") for row in told for one in row[0])


def test_labels_do_not_reach_the_block() -> None:
    events, cohort = timeline(20)
    quick = Unsupervised(size=4, hidden=8, schedule=Schedule(epochs=1))
    other = replace(cohort, label=1 - cohort.label)
    first, second = (quick.learn(events, one, 1).vectors(events, cohort) for one in (cohort, other))
    assert first.tobytes() == second.tobytes()
