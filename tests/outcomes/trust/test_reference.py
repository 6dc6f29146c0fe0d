"""What is frozen at training is what predictions saw then, and comes back from its file as it was."""

import numpy as np
import pytest

from contract.errors import InputError
from outcomes.trust.reference import AGE, binned, first_of_stay, freeze, last_value, read, window
from tests.outcomes import timelines

HR, CHF = "LOINC//8867-4", "SNOMED//42343007"


def hospital(people: int = 60) -> tuple[object, object]:
    draw = np.random.default_rng(1)
    events: list[timelines.Event] = []
    for who in range(1, people + 1):
        events.append((who, "1950-01-01", "MEDS_BIRTH", None, None, None))
        events.append((who, "2024-03-01T08:00", HR, float(draw.normal(80, 10)), f"e{who}", None))
        events.append((who, "2024-03-02T20:00", HR, 300.0, f"e{who}", None))  # after the prediction
        if who % 2:
            events.append((who, "2024-03-01T09:00", CHF, None, f"e{who}", None))
    made = timelines.timeline(events)
    asked = [(who, f"2024-03-02T0{hour}:00", f"e{who}") for who in range(1, people + 1) for hour in (8, 9)]
    return made, timelines.cohort(made, asked)


def test_bins_are_those_of_training() -> None:
    made, cohort = hospital()
    held = freeze(made, cohort, np.full((120, 1), 0.25))
    assert held.stays == 60 and held.probability == (0.25,)
    assert [one.code for one in held.inputs] == [AGE, HR, CHF]
    heart, failure = held.inputs[1], held.inputs[2]
    assert len(heart.shares) == 11 and heart.shares[-1] == 0 and max(heart.shares) < 0.15
    assert failure.edges == () and failure.shares == (0.5, 0.5)
    assert held.codes == (HR, "MEDS_BIRTH", CHF)
    assert read(held.written()) == held


def test_a_value_is_that_of_the_hours_before() -> None:
    made, cohort = hospital(2)
    assert last_value(made, cohort, HR, 48).max() < 200
    assert np.isnan(last_value(made, cohort, HR, 1)).all()
    assert np.isnan(last_value(made, cohort, "nowhere", 48)).all()
    assert np.isinf(last_value(made, cohort, CHF, 48)).tolist() == [True, True, False, False]


def test_one_row_a_stay_and_events_once() -> None:
    made, cohort = hospital(3)
    assert first_of_stay(cohort).tolist() == [0, 2, 4]
    events, rows = window(made, cohort, 48)
    assert len(np.unique(events)) == len(events) == 3 + 2  # the later heart rate is not known yet
    assert set(rows.tolist()) == {0, 2, 4}


def test_missing_is_its_own_bin_and_a_damaged_file_is_refused() -> None:
    made, cohort = hospital()
    heart = freeze(made, cohort, np.full((120, 1), 0.25)).inputs[1]
    assert binned(heart, np.array([np.nan, -1e9, 1e9, np.inf])).tolist() == [10, 0, 9, 10]
    with pytest.raises(InputError, match="Train the artifact again"):
        read("{}")


def test_a_code_of_few_persons_stands_in_no_file() -> None:
    events: list[timelines.Event] = [(who, "2024-03-01", HR, 80.0, f"e{who}", None) for who in range(1, 9)]
    events += [(1, "2024-03-01", "LOCAL//rare", 1.0, "e1", None) for _ in range(9)]
    made = timelines.timeline(sorted(events, key=lambda one: one[0]))
    cohort = timelines.cohort(made, [(who, "2024-03-02", f"e{who}") for who in range(1, 9)])
    assert "rare" not in freeze(made, cohort, np.full((8, 1), 0.5)).written()
