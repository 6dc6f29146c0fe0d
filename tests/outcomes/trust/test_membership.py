"""Groups are read as they were known at the prediction, not as they turned out."""

import numpy as np
import pyarrow as pa

from outcomes.timeline import read
from outcomes.trust.membership import bands, columns, sites
from tests.outcomes import timelines

EVENTS: list[timelines.Event] = [
    (1, None, "GENDER//F", None, None, None),
    (1, "1950-06-01", "MEDS_BIRTH", None, None, None),
    (1, "2024-03-01T08:00", "HOSPITAL_ADMISSION//IMP", None, "a", None),
    (1, "2024-03-01T08:00", "UNIT_ADMISSION//MED", None, "a", None),
    (1, "2024-03-02T09:00", "UNIT_ADMISSION//ICU", None, "a", None),
    (1, "2024-05-01T09:00", "VISIT_START//AMB", None, "b", None),
    (2, "2024-03-01T08:00", "HOSPITAL_ADMISSION//ACUTE", None, "c", None),
]


def test_the_ward_is_the_last_one_known_of_the_stay() -> None:
    made = timelines.timeline(EVENTS)
    asked = timelines.cohort(
        made, [(1, "2024-03-02T08:00", "a"), (1, "2024-03-03", "a"), (1, "2024-06-01", "b"), (2, "2024-03-02", "c")]
    )
    held = columns(made, asked, "north")
    assert held["ward"].tolist() == ["MED", "ICU", "unknown", "unknown"]
    assert held["age"].tolist() == ["65-74", "65-74", "65-74", "unknown"]
    assert held["sex"].tolist() == ["F", "F", "F", "unknown"]
    assert held["encounter type"].tolist() == ["IMP", "IMP", "AMB", "ACUTE"]
    assert set(held["site"]) == {"north"}
    assert "race" not in held  # nobody says: no group of it


def test_sites_are_those_of_the_encounter() -> None:
    rows = timelines.rows(EVENTS)
    assert set(sites(rows, read(rows), timelines.cohort(read(rows), [(2, "2024-03-02", "c")]))) == {"unknown"}
    rows = rows.append_column("source", pa.array(["x", "x", "east", "east", "east", "west", None]))
    rows = rows.take(pa.array([6, 5, 4, 3, 2, 1, 0]))  # in another order than that of the timeline
    made = read(rows)
    asked = timelines.cohort(made, [(1, "2024-03-03", "a"), (1, "2024-06-01", "b"), (2, "2024-03-02", "c")])
    assert sites(rows, made, asked).tolist() == ["east", "west", "unknown"]


def test_bands_and_impossible_ages() -> None:
    assert bands(np.array([0, 17.9, 18, 85, 130, np.nan])).tolist() == [
        "0-17",
        "0-17",
        "18-29",
        "85+",
        "85+",
        "unknown",
    ]
    made = timelines.timeline([(1, "2024-06-01", "MEDS_BIRTH", None, None, "2020-01-01")])
    assert "age" not in columns(made, timelines.cohort(made, [(1, "2024-01-01", None)]))
