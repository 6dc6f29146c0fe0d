"""The last event known at a prediction, beside a plain search of all events."""

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import coded, encounters, latest
from outcomes.timeline import Timeline, read
from tests.outcomes import timelines


def slowly(timeline: Timeline, cohort: Cohort, wanted: np.ndarray, of_encounter: bool) -> list[int]:
    """One prediction and one event at a time."""
    out = []
    places = encounters(timeline, cohort)
    for row in range(len(cohort)):
        best = -1
        for k in np.flatnonzero(wanted & (timeline.recorded <= cohort.at[row])):
            mine = timeline.encounter[k] == places[row] >= 0
            if not of_encounter:
                mine = timeline.subject[k] == cohort.subject[row]
            if mine and (best < 0 or timeline.time[k] >= timeline.time[best]):
                best = int(k)
        out.append(best)
    return out


def test_latest_is_what_a_plain_search_finds() -> None:
    draw = np.random.default_rng(3)
    events: list[timelines.Event] = []
    for subject in (5, 2, 9):
        for _ in range(40):
            day, late = draw.integers(1, 28), draw.integers(0, 3)
            recorded = f"2024-03-{min(day + late, 30):02}T12:00"
            events.append((subject, f"2024-03-{day:02}T06:00", "A//x", 1.0, f"e{subject}{draw.integers(2)}", recorded))
    made = read(timelines.rows(events))
    asked = [(s, f"2024-03-{d:02}T13:00", f"e{s}{d % 3}") for s in (9, 5, 2) for d in (1, 4, 9, 20, 30)]
    cohort = timelines.cohort(made, asked)
    wanted = draw.random(len(made)) < 0.7
    for own in (False, True):
        assert latest(made, cohort, wanted, of_encounter=own).tolist() == slowly(made, cohort, wanted, own)


def test_nothing_wanted_and_codes_by_prefix() -> None:
    made = timelines.timeline(
        [(1, None, "GENDER//F", None, None, None), (1, "2024-01-01", "GENDERS", None, None, None)]
    )
    cohort = timelines.cohort(made, [(1, "2024-02-01", None)])
    assert coded(made, ("GENDER//",)).tolist() == [True, False]
    assert coded(made, ("GENDERS",)).tolist() == [False, True]
    assert latest(made, cohort, coded(made, ("none",))).tolist() == [-1]
    assert latest(made, cohort, coded(made, ("GENDER//",))).tolist() == [0]
