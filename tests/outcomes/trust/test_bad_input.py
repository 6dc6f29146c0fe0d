"""What hospitals deliver at worst: nobody, nobody with the outcome, one event, no time, no group, one class only."""

from pathlib import Path

import numpy as np
import pytest

from outcomes.trust import conformal, decision, plots
from outcomes.trust.card import Card, Target, write
from outcomes.trust.groups import Judged, by_group
from outcomes.trust.membership import columns
from outcomes.trust.reference import freeze, read
from tests.outcomes import timelines
from tests.outcomes.trust.test_card import TRAINING

EMPTY = np.zeros(0)
COHORTS = {
    "nobody": EMPTY,
    "no positives": np.zeros(200),
    "all positives": np.ones(200),
    "not known yet": np.full(200, np.nan),
}


@pytest.mark.parametrize("labels", COHORTS.values(), ids=COHORTS)
def test_a_cohort_without_both_outcomes(labels: np.ndarray) -> None:
    scores = np.linspace(0, 1, len(labels))
    held = conformal.fit(labels, scores)
    seen = conformal.coverage(held, labels, scores)
    assert len(held.decide(scores)) == len(labels) and seen.holds
    found = by_group(Judged(labels, scores, np.arange(len(labels))), {"site": np.full(len(labels), "a", object)})
    assert all(group.too_small for group in found)
    if not np.isnan(labels).any():
        assert len(decision.table(labels, scores)) == len(decision.THRESHOLDS)
        for figure in (plots.reliability(labels, scores), plots.roc(labels, {"a": scores})):
            assert "nan" not in figure.svg.lower()


def test_a_card_of_nobody(tmp_path: Path) -> None:
    write(Card("mortality", "", (), TRAINING, ()), tmp_path)
    write(Card("mortality", "", (), TRAINING, (Target("", Judged(EMPTY, EMPTY, EMPTY), {"blend": EMPTY}),)), tmp_path)
    assert "too few events" in (tmp_path / "card.md").read_text()


def test_one_event_and_events_without_time() -> None:
    events: list[timelines.Event] = [
        (1, None, "GENDER//F", None, None, None),
        (1, None, "LOINC//8867-4", 80.0, None, None),
        *((who, "2024-03-01", "HOSPITAL_ADMISSION//IMP", None, "a", None) for who in range(2, 7)),
    ]
    made = timelines.timeline(events)
    cohort = timelines.cohort(made, [(1, "2024-03-02", None), *((who, "2024-03-02", "a") for who in range(2, 7))])
    held = freeze(made, cohort, np.full((6, 1), 0.5))
    assert {one.code for one in held.inputs} == {
        "age",
        "HOSPITAL_ADMISSION//IMP",
    }  # what has no time is no recent value
    assert read(held.written()) == held
    assert columns(made, cohort)["sex"].tolist() == ["F", *["unknown"] * 5]


def test_nobody_is_frozen_too() -> None:
    made = timelines.timeline([(1, "2024-03-01", "A", None, None, None)])
    held = freeze(made, timelines.cohort(made, []), np.zeros((0, 1)))
    assert held.stays == 0 and held.probability == (0.0,)
