"""Scores of clinicians beside a model: where their items are, on the same predictions."""

import numpy as np

from outcomes.beside import beside
from tests.outcomes.learning.small_hospital import ward


def test_a_score_stands_beside_the_model_where_its_items_are(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    timeline, cohort = ward(200)
    label = cohort.label[:, 0].astype(float)
    points = np.where(np.arange(len(label)) < 150, label, np.nan)
    monkeypatch.setattr("outcomes.beside.score", lambda name, *_: points if name == "NEWS2" else points * np.nan)
    found = beside(timeline, cohort, np.full(len(label), 0.5))
    assert [name.split(",")[0] for name in found] == ["NEWS2", "AUROC of the model less NEWS2"]
    assert [round(each.value, 6) for each in found.values()] == [1.0, -0.5]
    assert "150 predictions" in next(iter(found))
